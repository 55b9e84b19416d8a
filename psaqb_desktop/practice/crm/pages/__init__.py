"""Pages on which a person looks at the practice CRM; nothing can be changed there."""
