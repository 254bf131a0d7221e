"""What goes wrong with a tracking server, in words: no answer, or no for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ablate.errors import RecordError
from ablate.record.card import one_line

#: Answers about the request itself: asking again changes nothing.
_REFUSALS = {
    "ALREADY_EXISTS",
    "BAD_REQUEST",
    "ENDPOINT_NOT_FOUND",
    "INVALID_PARAMETER_VALUE",
    "NOT_FOUND",
    "NOT_IMPLEMENTED",
    "RESOURCE_ALREADY_EXISTS",
    "RESOURCE_DOES_NOT_EXIST",
}
_FORBIDDEN = {"CUSTOMER_UNAUTHORIZED", "PERMISSION_DENIED", "UNAUTHENTICATED"}
_MISSING = {"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"}
_LONGEST = 300


class Unreachable(RecordError):
    """The server did not answer, or cannot at the moment."""


class Refused(RecordError):
    """The server does not take what it was given; ``missing`` says that it knows no such thing."""

    def __init__(self, text: str, *, missing: bool = False) -> None:
        super().__init__(text)
        self.missing = missing


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn what MLflow and its HTTP library raise into errors that name the server and the remedy."""
    from mlflow.exceptions import MlflowException
    from requests import RequestException

    try:
        yield
    except MlflowException as error:
        raise _from_mlflow(uri, error) from error
    except RequestException as error:
        raise _from_http(uri, error) from error


def _from_mlflow(uri: str, error: Exception) -> RecordError:
    from requests import RequestException

    cause = error.__cause__ or error.__context__
    if isinstance(cause, RequestException):
        return _from_http(uri, cause)
    code = str(getattr(error, "error_code", ""))
    return _answered(uri, code, str(error))


def _answered(uri: str, code: str, text: str) -> RecordError:
    if code in _FORBIDDEN:
        return Unreachable(
            f"the tracking server {uri} lets nobody in without the right name and password. "
            "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        )
    if code in _REFUSALS:
        return Refused(
            f"the tracking server {uri} refuses it: {_short(text)}", missing=code in _MISSING
        )
    return Unreachable(f"the tracking server {uri} cannot answer: {_short(text)}")


def _from_http(uri: str, error: Exception) -> RecordError:
    from requests import HTTPError
    from requests.exceptions import SSLError

    if isinstance(error, HTTPError) and error.response is not None:
        from mlflow.exceptions import HTTP_STATUS_TO_ERROR_CODE

        code = HTTP_STATUS_TO_ERROR_CODE.get(error.response.status_code, "")
        return _answered(uri, code, str(error))
    if isinstance(error, SSLError):
        return Unreachable(
            f"the certificate of {uri} cannot be trusted: {_cause(error)}. "
            "MLFLOW_TRACKING_SERVER_CERT_PATH names the certificate of an authority of your own"
        )
    return Unreachable(f"the tracking server {uri} does not answer: {_cause(error)}")


def _cause(error: BaseException) -> str:
    """What lies behind an error of the HTTP library, in the words of the operating system if it said anything."""
    from requests import Timeout
    from urllib3.exceptions import TimeoutError as UrllibTimeout

    links = list(_links(error))
    said = next(
        (link.strerror for link in links if isinstance(link, OSError) and link.strerror), ""
    )
    if said:
        return said
    timeouts = (Timeout, UrllibTimeout)
    return (
        "it takes too long"
        if any(isinstance(link, timeouts) for link in links)
        else _short(str(error))
    )


def _links(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it wraps, and so on."""
    while error is not None:
        yield error
        wrapped = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        error = next((item for item in wrapped if isinstance(item, BaseException)), None)


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 4] + " ..."
