"""What every member of a kind must do, as checks that any test suite can call; and a fake trainer."""
