"""Official feeds propose events; a person decides. Nothing here is needed for the daily report."""
