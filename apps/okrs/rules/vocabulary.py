"""The English words by which `wording` reads a key result; lists only, sorted by what they tell.

A word stands here because it means the same in any trade. Names of products and trades do not.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DELIVERING: Final = _words(
    """
    accomplish add address adjust agree amplify analyse analyze annotate announce apply archive arrange
    ask assemble assess assign attend author automate begin benchmark bootstrap brainstorm bring build
    buy calculate call carry celebrate centralise centralize change check choose clarify classify clean
    clone close code collaborate collect come commission communicate compare compile complete conduct
    configure connect consider consolidate construct contact containerise containerize contribute
    convert coordinate correct cover craft create curate decide decommission define deliver demo
    demonstrate deploy deprecate describe design determine develop digitise digitize discover discuss
    distribute do document draft draw elevate embed employ encourage engage enhance enter equip
    establish estimate evaluate execute experiment explore export expose extend extract facilitate
    feature figure file fill finalise finalize find finish fix follow form formalise formalize formulate
    gather generate give go groom guide handle harden hire hold host identify implement import include
    incorporate inform initiate inspect install instrument integrate interview introduce inventory
    investigate invite issue iterate join kick land launch lead learn let list localise localize look
    make manage map market measure meet mentor merge migrate mine model modernise modernize monitor move
    name negotiate offer onboard open organise organize outline outsource package paint participate
    partner patch perform persist pick pilot pitch place plan port post prepare present print prioritise
    prioritize procure produce program promote propose prototype provide provision publish put qualify
    re-design re-write read rebrand rebuild recruit redefine redesign refactor refine refresh register
    release relocate remove rename renovate reorganise reorganize replace report research resolve
    respond restructure retire revamp review revise rewrite roll run scan schedule scope script select
    send separate set share ship show sign socialise socialize solve specify spike spin split sponsor
    stabilise stabilize standardise standardize start streamline structure study submit summarise
    summarize supply switch sync systematise talk teach test track train transfer transform transition
    translate trial try unify update upgrade upload validate verify visit wire work write
    """
)

CHANGING: Final = _words(
    """
    accelerate achieve attract avoid become boost climb convince cut decline decrease deepen diminish
    double drop earn eliminate exceed expand fall gain grow halve heighten improve increase keep lessen
    lift limit lower maintain maximise maximize minimise minimize optimise optimize outperform prevent
    quadruple raise reach recover reduce remain retain rise save scale secure shorten shrink simplify
    slash speed stay strengthen surpass sustain triple win
    """
)

# A count of people behind these is a decision of theirs: "Sign 10 partners".
WINNING: Final = frozenset({"close", "convert", "land", "onboard", "sign"})

DECREASING: Final = _words(
    "cut decrease diminish drop eliminate halve lower minimise minimize reduce shorten shrink slash"
)

MULTIPLYING: Final = frozenset({"double", "halve", "quadruple", "triple"})
COMPARING: Final = _words(
    """
    better cheaper easier faster fewer happier healthier higher less lower more quicker safer shorter simpler
    """
)

ENABLING: Final = _words("allow empower enable ensure get guarantee have help support")

BEHAVING: Final = _words(
    """
    abandon adopt answer arrive believe book browse cancel choose churn click come contribute convert
    deploy download experience feel find finish follow integrate join know leave like log love miss need
    open order own pay prefer publish purchase rate recommend refer register renew reply resolve respond
    return say see sign solve spend star stay subscribe survive switch trust understand upgrade use
    visit wait watch
    """
)

# Base forms that are as often nouns: "Test coverage rises", "Support tickets fall".
ALSO_NOUNS: Final = _words(
    """
    address answer audit book build call change check click code contact cost cover cut demo deploy
    design document draft drop experience experiment export feature file finish fix form function guide
    help hire hold host import increase interview inventory issue keep launch lead limit list log look
    love map market measure model monitor name need offer open order package patch pick pilot place plan
    port post present print process program project promote prototype purchase rate reach read recruit
    release reply report research return review rise run save scale schedule scope script search share
    ship show sign speed split sponsor star start stay study support switch talk test track train
    transfer trial try update upgrade upload use visit wait watch win work
    """
)

IRREGULAR: Final = {
    "become": "became", "bring": "brought", "build": "built", "buy": "bought", "choose": "chosen chose",
    "come": "came", "cut": "", "do": "done did", "draw": "drawn drew", "fall": "fell fallen",
    "feel": "felt", "find": "found", "get": "got", "give": "given gave", "go": "gone went",
    "grow": "grown grew", "have": "has had having", "hold": "held", "keep": "kept", "know": "known knew",
    "lead": "led", "leave": "left", "let": "", "make": "made", "meet": "met", "pay": "paid", "put": "",
    "read": "", "rebuild": "rebuilt", "rewrite": "rewritten rewrote", "rise": "risen rose", "run": "ran",
    "say": "said", "see": "seen saw", "send": "sent", "set": "", "show": "shown",
    "shrink": "shrunk shrank", "speed": "sped", "spend": "spent", "spin": "spun", "split": "",
    "teach": "taught", "understand": "understood", "win": "won", "write": "written wrote",
}  # fmt: skip

# Things made by work: counting them counts work.
DELIVERABLES: Final = _words(
    """
    activity agenda algorithm analysis announcement api app application architecture
    article asset audit automation backlog blog blogpost board book bot brochure build campaign change
    channel checklist class client-library cluster code collection component conference connector
    contract course dashboard database dataset demo deployment-plan design diagram doc document
    documentation driver email endpoint engine environment epic event experiment extension feature form
    framework function guide guideline handbook hire infrastructure initiative integration interface
    interview item job kpi language library list log logo machine mailing manual map material
    meeting meetup microservice migration milestone mockup model module monitoring mvp newsletter
    node notebook operator package page panel paper parser pilot pipeline plan platform playbook plugin
    poc podcast policy portal post poster presentation procedure process product program programme
    prototype questionnaire release report repository research roadmap role rollout runbook scenario
    schema script sdk server service site slide software spec specification speech sprint standard story
    strategy study summary support survey system table talk task template test theme tool tooling
    training tutorial ui update upgrade vacancy version video webinar website whitepaper wireframe
    workflow workshop
    """
)

PEOPLE: Final = _words(
    """
    adopter anybody anyone applicant attendee buyer candidate citizen client colleague community company
    contributor customer developer employee engineer everybody everyone fan follower guest hospital
    household leader learner member merchant newcomer nobody one organisation organization owner parent
    participant partner passenger patient people person player project reader resident reviewer school
    seller shop shopper somebody someone speaker squad staff student subscriber supplier supporter team
    tenant tester user viewer visitor volunteer voter
    """
)

# What people do and what happens to them: counting it counts an effect.
EFFECTS: Final = PEOPLE | _words(
    """
    abandonment accident account adoption booking breach cancellation click commit complaint
    contribution conversion crash defect deployment download enquiry error escalation failure fork
    impression incident inquiry install installation invoice lead login mention minute miss mistake
    opportunity order outage payment purchase query reader recommendation referral refund registration
    renewal reply request response restart return rollback sale session share sign-up signature signup
    star subscription ticket transaction trip view visit vote vulnerability
    """
)

MEASURED: Final = _words(
    """
    accuracy adoption age attendance availability awareness backlog churn completion consumption
    conversion cost costs coverage csat debt delay diversity downtime duration efficiency effort energy
    engagement frequency growth happiness income lag latency load margin memory mttd mttr nps number
    occupancy percentage performance precision price productivity profit proportion quality queue rate
    rating ratio recall reliability retention revenue risk sales satisfaction score share size speed
    spend spending throughput time traffic trust turnaround turnover uptime usage utilisation
    utilization velocity volume wait waiting
    """
)

TIME_UNITS: Final = _words("ms millisecond s sec second min minute h hr hour day d week month year")
UNITS: Final = TIME_UNITS | _words(
    """
    b billion bn byte cent chf dollar eur euro fte gb gbp k kb kg km kwh m mb meter metre million mwh pb
    percentile point pound pp qps rps tb times ton tonne tps usd x
    """
)

# The work whose percentage is progress and not effect: "80 % of the migration".
WORK: Final = _words(
    """
    backlog checklist epic feature implementation initiative migration milestone plan project
    requirement roadmap rollout scope sprint story task work workstream
    """
)

DONE: Final = _words(
    """
    available complete completed completion defined delivered deployed designed documented done
    finalised finalized finished implemented launched live migrated published ready released rolled
    shipped started written
    """
)

# "Launch of the portal", "Migration to …": the delivery verb as a noun.
DELIVERY_NOUNS: Final = _words(
    """
    announcement completion correction creation decision definition delivery deployment design
    development evaluation exploration hiring implementation installation integration introduction
    investigation launch migration onboarding preparation promotion publication redesign refactoring
    release replacement research review roll-out rollout set-up setup testing training transition
    upgrade
    """
)

NUMBER_WORDS: Final = _words(
    """
    dozen dozens eight eleven fifteen fifty five forty four hundred hundreds nine seven six ten thirty
    thousand thousands three twelve twenty two zero
    """
)

BEFORE_THE_VERB: Final = _words(
    """
    actively also be continue continuously done either finally fully further i jointly our please
    proactively properly quickly regularly successfully then therefore to together we will
    """
)

STOPS: Final = _words(
    """
    a about across after against among an and are as at be because before between but by can during each
    for from has have if in into is of off on onto or our over per since so than that the their they
    through to towards under until up via was we were when where which while who whose will with within
    without
    """
)
