"""The make-believe business that a fresh practice CRM contains."""
