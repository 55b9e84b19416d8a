"""QuickBooks Online: OAuth 2 at Intuit, and companies over the Accounting API."""
