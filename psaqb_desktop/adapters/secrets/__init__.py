"""Where secrets rest on this machine: the system's keyring, or a file sealed with a passphrase.

``keyring`` and ``cryptography`` cost the start of the program a tenth of a second, so they are
imported when the first secret is asked for.
"""

from psaqb_desktop.adapters.secrets.choice import choose_secret_store
from psaqb_desktop.adapters.secrets.system_keyring import SystemKeyring

__all__ = ["SystemKeyring", "choose_secret_store"]
