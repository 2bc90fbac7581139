"""The service and the page: one process on the hospital's own machine. Needs the extra `web`."""
