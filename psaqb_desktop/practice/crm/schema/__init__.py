"""What tables, columns, keys and relationships the practice CRM has, standard and custom."""
