"""Practice CRM: a stand-in for Entra ID sign-in and the Dataverse Web API, on loopback only."""
