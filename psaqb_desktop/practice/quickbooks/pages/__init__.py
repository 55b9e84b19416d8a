"""What a person sees of practice QuickBooks in a browser; no page needs JavaScript."""
