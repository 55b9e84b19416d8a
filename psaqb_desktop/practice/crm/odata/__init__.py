"""The query language of the Web API: from OData text to SQL, from rows to JSON."""
