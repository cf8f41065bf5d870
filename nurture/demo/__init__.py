"""The demo: a hundred days of nurturing on the stepped clock, with an audience of its own.

The audience is a process apart. It knows only what the world would know: the mails that
arrived, the pages they lead to, and (as the company's salespeople) the open tasks.
"""
