"""The keys of a referral programme's file."""

from __future__ import annotations

from nurture.compiler.moments import Day, Elapsed
from nurture.compiler.names import NAME
from nurture.compiler.records import Key, ListOf, MapOf, Record
from nurture.compiler.shapes import Choice, Flag, Localized, Number, Text, Whole
from nurture.domain.referral import Channel
from nurture.domain.referral_program import (
    ADVOCACY,
    COUNTED,
    KINDS,
    MOTIVES,
    PHASES,
    TIMINGS,
    TYPES,
    UNITS,
    Cadence,
    Review,
)
from nurture.language import say

_INDUSTRY = Text(say("an industry such as manufacturing"), longest=100)
_REFERRERS = tuple(one.value for one in Channel)

# -- whom we want to meet --------------------------------------------------------------------
INDUSTRIES = Key(
    "industries",
    ListOf(_INDUSTRY, or_one=True, at_least=1),
    say("The industries we can help."),
    required=True,
)
PEOPLE = Key(
    "people",
    Localized(300),
    say("Whom to think of, until a face appears: 〜の方, people who …"),
    required=True,
)
PROBLEM = Key("problem", Localized(300), say("The problem they have."), required=True)
SIZE = Key("size", Localized(100), say("How large their companies are."))
PERSONA = Key("persona", Localized(600), say("Their job, what worries them, the words they use."))
WANTED = Key(
    "wanted",
    Record(say("the ideal customer"), (INDUSTRIES, PEOPLE, PROBLEM, SIZE, PERSONA)),
    say("Whom we want to meet: industry and problem. Without it nobody can think of anybody."),
    required=True,
)

# -- offers ----------------------------------------------------------------------------------
REWARD_KIND = Key("kind", Choice(*KINDS), say("What it is; money stands last."), required=True)
REWARD_TITLE = Key("title", Localized(200), say("What it is called."), required=True)
AMOUNT = Key("amount", Number(0, 1e9), say("How much."))
CURRENCY = Key(
    "currency",
    Text(say("a currency such as JPY"), r"[A-Z]{3}"),
    say("Where the amount is money: JPY, USD …; one in the whole programme."),
)
UNIT = Key("unit", Choice(*UNITS), say("Where the amount is no money."))
RECIPIENT = Key("recipient", Localized(200), say("Whom a donation goes to."))
REWARD = Record(say("a reward"), (REWARD_KIND, REWARD_TITLE, AMOUNT, CURRENCY, UNIT, RECIPIENT))
OFFER_TITLE = Key("title", Localized(100), say("Name of the offer."), required=True)
BENEFIT = Key(
    "benefit",
    Localized(300),
    say("What the referrer gains, in a sentence; an ask without it brings nobody."),
    required=True,
)
BENEFIT_TYPE = Key(
    "benefit_type",
    Choice("emotional", "economic"),
    say("Whether it is felt or counted; without it, counted where there is a reward."),
)
FOR_REFERRER = Key("referrer", REWARD, say("Reward of who refers; without it, a benefit alone."))
FOR_REFERRED = Key("referred", REWARD, say("Reward of who is referred."))
STAGE = Key(
    "stage",
    Choice("received", "meeting", "proposal", "won"),
    say("When it is earned; required where there is a reward."),
)
WITHIN = Key("within", Elapsed(), say("Promised so soon after that; required with a reward."))
OFFER_KINDS = Key(
    "kinds", ListOf(Choice(*_REFERRERS), or_one=True), say("Goes to these referrers only.")
)
MOTIVES_KEY = Key(
    "motives",
    ListOf(Choice(*MOTIVES), or_one=True),
    say("Suits these motives: to be trusted, to care for a relation, to give value."),
)
OFFER_INDUSTRIES = Key(
    "industries", ListOf(_INDUSTRY, or_one=True), say("Suits referrers of these industries.")
)
LEVER = Key("lever", Choice("motive", "hurdle"), say("What it moves: figures are split by it."))
REVIEWED = Key("reviewed", Day(), say("The day it was last looked at; older than a month warns."))
OFFER = Record(
    say("an offer"),
    (
        OFFER_TITLE, BENEFIT, BENEFIT_TYPE, FOR_REFERRER, FOR_REFERRED, STAGE, WITHIN,
        OFFER_KINDS, MOTIVES_KEY, OFFER_INDUSTRIES, LEVER, REVIEWED,
    ),
)  # fmt: skip
OFFERS = Key(
    "offers",
    MapOf(OFFER, NAME),
    say("What referrers and those they refer get, by name; the first that suits is chosen."),
    required=True,
)
BENEFITS = Key(
    "benefits",
    MapOf(Localized(600), NAME),
    say("What each kind of referrer gains, for the public page: customer, partner-sales …"),
)
ADVOCACY_TITLE = Key("title", Localized(100), say("What it is called."), required=True)
ADVOCACY_BENEFIT = Key("benefit", Localized(300), say("What they gain by it."), required=True)
ADVOCACY_KEY = Key(
    "advocacy",
    MapOf(Record(say("an action"), (ADVOCACY_TITLE, ADVOCACY_BENEFIT)), Choice(*ADVOCACY)),
    say("What those can do who cannot refer: talk, case_study, comment, review, share."),
)

# -- when nobody is asked --------------------------------------------------------------------
COOL_DOWN = Key("cool_down", Elapsed(), say("Between two asks of one contact; 180d."))
PER_CONTACT = Key("per_contact", Whole(1, 12), say("Asks of a contact in any 365 days; 2."))
PER_ACCOUNT = Key("per_account", Whole(1, 100), say("Asks of an account in any 365 days; 3."))
RESULT_WITHIN = Key("result_within", Elapsed(), say("A result was reported so lately; 60d."))
SCORE_WITHIN = Key("score_within", Elapsed(), say("An NPS answer counts for so long; 365d."))
CANDIDATE_FROM = Key(
    "candidate_from", Whole(8, 9), say("From this answer on somebody may be asked: 8 or 9.")
)
COMPLAINT_WITHIN = Key(
    "complaint_within", Elapsed(), say("No ask so long after a complaint; 180d.")
)
HEARING_FIRST = Key(
    "hearing_first", Flag(), say("Somebody listened to them (hearing.held) before the first ask.")
)
READY_FROM = Key(
    "ready_from", Number(0, 100), say("Readiness from which people are asked regularly; 50.")
)
ASKS = Key(
    "asks",
    Record(
        say("limits of asks"),
        (
            COOL_DOWN, PER_CONTACT, PER_ACCOUNT, RESULT_WITHIN, SCORE_WITHIN, CANDIDATE_FROM,
            COMPLAINT_WITHIN, HEARING_FIRST, READY_FROM,
        ),
    ),
    say("When an ask is out of the question."),
)  # fmt: skip
_PART = Number(0, 100)
NPS = Key("nps", _PART, say("The newest answer; 30."))
RESULTS = Key("results", _PART, say("A result was reported lately; 20."))
ENGAGEMENT = Key("engagement", _PART, say("They read, click and answer; 15."))
COMMUNITY = Key("community", _PART, say("Community, events and seminars; 10."))
REACH = Key("reach", _PART, say("How many people they reach; 15."))
ASKED = Key("asks", _PART, say("Asked little so far; 5."))
TENURE = Key("tenure", _PART, say("A customer for long; 5."))
READINESS = Key(
    "readiness",
    Record(say("readiness"), (NPS, RESULTS, ENGAGEMENT, COMMUNITY, REACH, ASKED, TENURE)),
    say("How much each part counts in whom to ask first."),
)
PEOPLE_AT_FIRST = Key("people", Whole(1, 1000), say("So many are asked at first; 3."))
REVIEW_AFTER = Key("review_after", Elapsed(), say("Then somebody looks back; 14d."))
WIDENED = Key("widened", Day(), say("The day it was widened; until then the number holds."))
PILOT = Key(
    "pilot",
    Record(say("a pilot"), (PEOPLE_AT_FIRST, REVIEW_AFTER, WIDENED)),
    say("A small start: so many people, then a look back before it widens."),
)

# -- what is promised ------------------------------------------------------------------------
CONTACT = Key("contact", Elapsed(), say("First contact, from the consent; 24h."))
REPORT = Key("report", Elapsed(), say("The referrer hears how and when; 48h."))
CONSENT = Key("consent", Elapsed(), say("An introduction nobody agreed to ends; 21d."))
STALE = Key("stale", Elapsed(), say("Older news of a deal is no news; 7d."))
ESCALATE = Key("escalate", Elapsed(), say("After a breach: then the owner's manager; 4h."))
DAYS = Key(
    "days",
    Choice(*COUNTED),
    say("The hours of `contact` and `report` run on `all` days, or on `business` days alone; all."),
)
TIMERS = Key(
    "timers",
    Record(say("timers"), (CONTACT, REPORT, CONSENT, STALE, ESCALATE, DAYS)),
    say("What is promised to referrers, and how soon."),
)
PER_MONTH = Key("per_month", Whole(1, 10_000), say("Rewards of one referrer in a month."))
IN_ALL = Key("in_all", Whole(1, 10_000), say("Rewards of one referrer in all."))
HOLD = Key("hold", Elapsed(or_nothing=True), say("An earned reward waits so long; 14d."))
LEGAL_APPROVED = Key(
    "legal_approved", Flag(), say("Lawyers cleared money and writing for consent; false.")
)
LEGAL_BY = Key("legal_approved_by", Text(longest=200), say("Who cleared it."))
LEGAL_AT = Key("legal_approved_at", Day(), say("When it was cleared."))
REWARDS = Key(
    "rewards",
    Record(say("limits of rewards"), (PER_MONTH, IN_ALL, HOLD, LEGAL_APPROVED, LEGAL_BY, LEGAL_AT)),
    say("What is owed at most, what is held, and who cleared money."),
)

# -- the kit and the rules -------------------------------------------------------------------
PITCH = Key("pitch", Localized(300), say("What we do, in one line."), required=True)
OUTCOME = Key("outcome", Localized(300), say("What came of it somewhere, one line."), required=True)
TOPIC = Key("topic", Localized(40), say("What it is about in a few words, for a subject."))
DOES = Key("does", Localized(600), say("What it does."))
FUNCTIONS = Key(
    "functions",
    MapOf(ListOf(Text(longest=200)), Text(say("a locale such as ja or en"), r"[a-z]{2,3}")),
    say("What it can do, in short lines by locale."),
)
PRICE = Key("price", Localized(300), say("What it costs, roughly."))
WHY = Key("why", Localized(300), say("Why we ask for introductions."))
CASE = Key("case", NAME, say("Item of the library: the case to show."))
ITEMS = Key("items", ListOf(NAME), say("Items of the library for tagged downloads."))
_HANDED = say("Text to hand on; {link} is the personal link.")
MAIL_TEXT = Key("mail", Localized(3000, lines=True), _HANDED, required=True)
CHAT_TEXT = Key("chat", Localized(300), say("The same for a chat, one line."), required=True)
SNS_TEXT = Key("sns", Localized(400), say("The same for social media."))
UPDATED = Key("updated", Day(), say("The day it was last looked at; older than 90 days warns."))
KIT = Key(
    "kit",
    Record(
        say("a kit"),
        (
            PITCH, OUTCOME, TOPIC, DOES, FUNCTIONS, PRICE, WHY, CASE, ITEMS, MAIL_TEXT, CHAT_TEXT,
            SNS_TEXT, UPDATED,
        ),
    ),
    say("What a referrer is given to hand on; without an explanation nobody refers."),
    required=True,
)  # fmt: skip
PAYMENT = Key("payment", Localized(600), say("When rewards are given."), required=True)
EXCLUSIONS = Key("exclusions", Localized(600), say("What is excluded."), required=True)
PRIVACY = Key(
    "privacy",
    Localized(600),
    say("What happens to the data of who is referred, and for what purpose."),
    required=True,
)
REPORTS = Key("reports", Localized(600), say("How often the referrer hears."), required=True)
VERSION = Key("version", Text(longest=40), say("Of the rules; named on their page."))
RULES = Key(
    "rules",
    Record(say("a set of rules"), (PAYMENT, EXCLUSIONS, PRIVACY, REPORTS, VERSION)),
    say("The public rules; nobody can refer before all of them are said."),
    required=True,
)

# -- the file --------------------------------------------------------------------------------
PROGRAM_NAME = Key(
    "referral_program", NAME, say("Name of the programme, usually `default`."), required=True
)
TITLE = Key("title", Localized(100), say("Title as people see it."), required=True)
TYPE = Key("type", Choice(*TYPES), say("How it works; figures are split by it."))
PHASE = Key("phase", Choice(*PHASES), say("prototype: friends and followers; growth: customers."))
REFERRER_KINDS = Key(
    "kinds", ListOf(Choice(*_REFERRERS), or_one=True, at_least=1), say("Who may refer; customer.")
)
TIMINGS_KEY = Key(
    "timings",
    ListOf(Choice(*TIMINGS), or_one=True),
    say("When asks may come; each is switched on by being listed. result_reported."),
)
CADENCE = Key(
    "cadence", Choice(*(one.value for one in Cadence)), say("How often referrers hear between.")
)
REVIEW = Key(
    "review",
    Choice(*(one.value for one in Review)),
    say("Which mails to referrers wait for the owner's glance; delicate."),
)
ATTRIBUTION = Key(
    "attribution", Choice("first", "last"), say("Which touch counts: the oldest or the newest.")
)
WINDOW = Key("window", Elapsed(), say("Touches count for so long; 90d."))
WRITE = Key(
    "write_for_consent",
    Flag(),
    say("We may write once to who is referred, to ask for consent; needs legal_approved."),
)
TICKET_FOR = Key("ticket_for", Elapsed(), say("How long a golden ticket lives; 60d."))
TICKETS = Key("tickets", Flag(), say("Whether golden tickets are given; true."))
REGULATED = Key(
    "regulated", ListOf(_INDUSTRY), say("Sectors that law watches; medical and finance.")
)
CLEARED = Key("cleared", ListOf(_INDUSTRY), say("Those among them that lawyers cleared."))
HANDLED_BY = Key(
    "handled_by", NAME, say("Who takes a referred person in hand: `owner` or a role of the team.")
)

PROGRAM = Record(
    say("a referral programme"),
    (
        PROGRAM_NAME, TITLE, TYPE, PHASE, REFERRER_KINDS, WANTED, OFFERS, BENEFITS, ADVOCACY_KEY,
        RULES, KIT, CADENCE, REVIEW, TIMINGS_KEY, ASKS, READINESS, PILOT, TIMERS, REWARDS,
        ATTRIBUTION, WINDOW, WRITE, TICKETS, TICKET_FOR, REGULATED, CLEARED, HANDLED_BY,
    ),
)  # fmt: skip
