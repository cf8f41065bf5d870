"""The public pages and the API, for any WSGI server.

`granian --interface wsgi wsgi:application` or `gunicorn wsgi:application`. The team's pages
and the mailbox are not in here: they have no login, so `nurture up` serves them at 127.0.0.1.
"""

from __future__ import annotations

from nurture.app import public_application

#: made when a server loads this file; nothing else imports it
application = public_application()
