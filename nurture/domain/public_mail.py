"""Mail domains that say nothing about a person's company: free services, carriers, providers."""

from __future__ import annotations

#: a subdomain of one of these is one of these
_SERVICES = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "outlook.jp", "hotmail.com", "hotmail.co.jp",
        "live.com", "live.jp", "msn.com", "yahoo.com", "yahoo.co.jp", "yahoo.co.uk", "yahoo.fr",
        "yahoo.de", "yahoo.co.in", "ymail.com", "rocketmail.com", "icloud.com", "me.com", "mac.com",
        "aol.com", "aol.jp", "gmx.com", "gmx.net", "gmx.de", "web.de", "t-online.de", "mail.com",
        "mail.ru", "yandex.com", "yandex.ru", "proton.me", "protonmail.com", "pm.me", "zoho.com",
        "tutanota.com", "fastmail.com", "hey.com", "qq.com", "163.com", "126.com", "sina.com",
        "foxmail.com", "naver.com", "daum.net", "hanmail.net", "orange.fr", "wanadoo.fr", "free.fr",
        "laposte.net", "libero.it", "comcast.net", "verizon.net", "att.net", "btinternet.com",
        "sky.com", "bigpond.com", "au.com", "softbank.jp", "willcom.com", "rakuten.jp",
        "uqmobile.jp", "nifty.com", "infoseek.jp", "excite.co.jp", "goo.jp", "livedoor.com",
        "asahi-net.or.jp", "plala.or.jp", "so-net.jp", "ybb.jp",
        # ネットワークサービス: the whole space belongs to providers and their subscribers
        "ne.jp",
    }
)  # fmt: skip


def is_public(domain: str) -> bool:
    """Say whether a canonical domain is shared by people of any company."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in _SERVICES for start in range(len(labels) - 1))
