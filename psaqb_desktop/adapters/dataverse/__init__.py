"""The CRM over Dataverse's Web API: invoices read, our own tables read and written.

``sign_in`` gets access tokens, ``client`` speaks the protocol, ``provisioning`` makes our tables,
``invoices`` reads invoices; ``connections``, ``sync_records`` and ``links`` keep what is ours.
"""
