"""Documents that leave the system: pages that people print and files for their calendars. Pure functions."""
