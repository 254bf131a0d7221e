"""Looking after what a study leaves on disk: what differs, what is damaged, what may go, what it will need."""
