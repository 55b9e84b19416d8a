"""Where the practice CRM keeps its rows: one SQLite file, one real column per CRM column."""
