"""A quarter through the contracts alone: schema, people, cycle, goals, results, policy, close, explanation.

Every figure that comes back is held against this file's own arithmetic, which knows the plan and nothing of Merit.
"""

from fractions import Fraction

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status
from merit.directory.v1 import directory_pb2 as directory
from merit.directory.v1 import directory_pb2_grpc
from merit.goals.v1 import goals_pb2 as goals
from merit.goals.v1 import goals_pb2_grpc
from merit.reviews.v1 import reviews_pb2 as reviews
from merit.reviews.v1 import reviews_pb2_grpc
from merit.scoring.v1 import scoring_pb2 as scoring
from merit.scoring.v1 import scoring_pb2_grpc
from merit.type.v1 import type_pb2 as types

# A quarter that is over whenever this runs.
CYCLE = "2025-Q2"

SCHEMA = """schema "Client" version 1

choice Role = AE or Manager

participant {
  role    : Role
  team    : text
  manager : participant optional
  started : date
  ended   : date optional
}

record Deal as deals dated by closed belongs to owner {
  amount : money from $0 and above
  owner  : participant
  closed : date
}

event paid_in "The invoices are paid"

measure bookings : money = sum of deals.credited  higher is better  financial  "Credited business"
"""

POLICY = """policy "Client plan" version 1
  about "Four per cent to quota, nine beyond it."
  uses schema "../schema.merit"
  attainment of bookings
  effective 2025-01-01
  applies to participants where role = AE
  period quarter
  currency USD

inputs {
  role  : Role
  quota : money from $1 to $1,000,000
  deals : list of Deal
}

credit deals {
  to owner 100%
}

tiers rates by percent marginal {
  | attainment     | rate -> percent |
  | below 100%     | 4%              |
  | 100% and above | 9%              |
}

payout commission : money about "Quarterly commission" {
  pay        apply rates to bookings against quota
  round      half even to $0.01
  hold back  10% until paid_in   because "Plan section 4"
}

test "a quarter past quota" {
  given { role = AE  quota = $100,000  deals = [ { credited = $120,000, closed = 2025-05-02 } ] }
  expect commission = $5,800.00
}
"""

# Person, quota and deals, in minor units of USD.
PLAN = {
    "ana": (100_000_00, {"D-1": 80_000_00, "D-2": 45_000_33}),
    "bo": (60_000_00, {"D-3": 30_000_37}),
    "dee": (50_000_00, {}),
}


def half_even(amount):
    """An exact amount to whole minor units."""
    return round(Fraction(amount))


def owed(person):
    """What the plan pays somebody, and what of it is held back."""
    quota, deals = PLAN[person]
    booked = sum(deals.values())
    paid = half_even(Fraction(4, 100) * min(booked, quota) + Fraction(9, 100) * max(booked - quota, 0))
    return paid, half_even(Fraction(1, 10) * paid)


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"client: {what}: {found!r}, and {expected!r} was expected")
    print(f"client: {what}: {found}")


def refusal(call):
    """Code and stable reason of a call that has to fail."""
    try:
        call()
    except grpc.RpcError as error:
        for detail in rpc_status.from_call(error).details:
            info = ErrorInfo()
            if detail.Unpack(info):
                return error.code().name, info.reason
        return error.code().name, None
    return "OK", None


def money(minor):
    return types.Value(kind=types.VALUE_KIND_MONEY, text=f"USD {minor // 100}.{minor % 100:02}")


def participant(person):
    return types.Value(kind=types.VALUE_KIND_PARTICIPANT, text=person)


def choice(word):
    return types.Value(kind=types.VALUE_KIND_CHOICE, text=word)


def day(text):
    return types.Value(kind=types.VALUE_KIND_DATE, text=text)


def text(words):
    return types.Value(kind=types.VALUE_KIND_TEXT, text=words)


class Client:
    """Every service over one channel, as one caller; as nobody where there is no token."""

    def __init__(self, address, token=None):
        channel = grpc.insecure_channel(address)
        if token is not None:
            channel = grpc.intercept_channel(channel, Bearer(token))
        self.directory = directory_pb2_grpc.DirectoryServiceStub(channel)
        self.goals = goals_pb2_grpc.GoalsServiceStub(channel)
        self.scoring = scoring_pb2_grpc.ScoringServiceStub(channel)
        self.reviews = reviews_pb2_grpc.ReviewsServiceStub(channel)


class Details(grpc.ClientCallDetails):
    def __init__(self, given, token):
        self.method, self.timeout, self.credentials = given.method, given.timeout or 300, given.credentials
        self.wait_for_ready, self.compression = given.wait_for_ready, given.compression
        self.metadata = [*(given.metadata or []), ("authorization", f"Bearer {token}")]


class Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Puts a token on every call."""

    def __init__(self, token):
        self.token = token

    def intercept_unary_unary(self, go_on, details, request):
        return go_on(Details(details, self.token), request)

    intercept_unary_stream = intercept_stream_unary = intercept_stream_stream = intercept_unary_unary


def prepare(client):
    """The schema and the people: the manager and one more by a file, one by a call of her own."""
    registered = client.goals.ApplySchema(goals.ApplySchemaRequest(source=SCHEMA, file_name="schema.merit"))
    check("the schema is new", registered.created, True)
    known = [("cy", "Manager", None), *((person, "AE", "cy") for person in PLAN if person != "dee")]

    def people():
        yield directory.ImportPeopleRequest(header=types.ImportHeader(source="hr", file_name="people.csv"))
        for line, (person, role, manager) in enumerate(known, 2):
            attributes = {"role": choice(role), "team": text("West"), "started": day("2024-01-15")}
            attributes |= {"manager": participant(manager)} if manager else {}
            row = directory.PersonRow(
                line=line, person_id=person, display_name=person.title(),
                email=f"{person}@example.com", attributes=attributes,
                **{"from": "2025-01-01"},
            )
            yield directory.ImportPeopleRequest(rows=[row])

    summary = client.directory.ImportPeople(people()).summary
    check("people taken", (summary.added, [p.message for p in summary.problems]), (len(known), []))
    attributes = {"role": choice("AE"), "team": text("East"), "started": day("2025-02-03"), "manager": participant("cy")}
    asked = directory.CreatePersonRequest(
        person=directory.Person(display_name="Dee", attributes=attributes), person_id="dee",
        **{"from": "2025-02-03"},
    )
    first = client.directory.CreatePerson(asked).person
    again = refusal(lambda: client.directory.CreatePerson(asked))
    check("the same person again", again, ("ALREADY_EXISTS", "PERSON_EXISTS"))
    first.attributes["team"].CopyFrom(text("West"))
    moved = directory.UpdatePersonRequest(
        person=first, update_mask=FieldMask(paths=["attributes.team"]), **{"from": "2025-03-01"}
    )
    check("dee moves", client.directory.UpdatePerson(moved).person.attributes["team"].text, "West")
    check("what was read before is stale", refusal(lambda: client.directory.UpdatePerson(moved)), ("ABORTED", "STALE_ETAG"))
    asked = directory.ListPeopleRequest(filter='role = AE AND team = West', page_size=2, on="2025-04-01")
    page = client.directory.ListPeople(asked)
    asked.page_token = page.next_page_token
    rest = client.directory.ListPeople(asked)
    check("sales people in the West", [p.name for p in [*page.people, *rest.people]], [f"people/{p}" for p in PLAN])
    asked.filter = "role = AE"
    check("a token of another list", refusal(lambda: client.directory.ListPeople(asked)), ("INVALID_ARGUMENT", "BAD_PAGE"))


def set_goals(client):
    """A cycle, and a quota for each sales person."""
    opened = client.goals.OpenCycle(goals.OpenCycleRequest(cycle_id=CYCLE)).cycle
    check("the cycle", (opened.name, opened.first_day, opened.last_day), (f"cycles/{CYCLE}", "2025-04-01", "2025-06-30"))
    for person, (quota, _) in PLAN.items():
        goal = goals.Goal(
            cycle=opened.name, owner=f"people/{person}", title="New business", measure="bookings", weight="1",
            targets=[goals.DatedTarget(target=money(quota))],
        )
        client.goals.CreateGoal(goals.CreateGoalRequest(goal=goal, goal_id=f"{person}-quota"))
    goal = client.goals.GetGoal(goals.GetGoalRequest(name="goals/ana-quota")).goal
    goal.description = "From clinics."
    change = goals.UpdateGoalRequest(goal=goal, update_mask=FieldMask(paths=["description"]))
    check("a goal that was changed counts on", client.goals.UpdateGoal(change).goal.version, goal.version + 1)
    check("and what was read before is stale", refusal(lambda: client.goals.UpdateGoal(change)), ("ABORTED", "STALE_ETAG"))
    change.update_mask.paths.append("owner")
    check("an owner stays", refusal(lambda: client.goals.UpdateGoal(change)), ("INVALID_ARGUMENT", "BAD_MASK"))
    found = client.goals.ListGoals(goals.ListGoalsRequest(cycle=opened.name, filter="measure = bookings"))
    check("goals", [goal.name for goal in found.goals], [f"goals/{person}-quota" for person in sorted(PLAN)])


def stream_results(client):
    def rows():
        yield scoring.ImportResultsRequest(header=types.ImportHeader(source="crm", file_name="deals.csv"))
        line = 1
        for person, (_, deals) in PLAN.items():
            for deal, amount in deals.items():
                line += 1
                values = {"amount": money(amount), "owner": participant(person), "closed": day("2025-05-14")}
                row = scoring.ResultRow(line=line, record="Deal", external_id=deal, values=values)
                yield scoring.ImportResultsRequest(rows=[row])

    summary = client.scoring.ImportResults(rows()).summary
    check("results taken", (summary.added, [p.message for p in [*summary.problems, *summary.quarantined]]), (3, []))
    again = client.scoring.ImportResults(rows()).summary
    check("the same again changes nothing", (again.added, again.changed, again.unchanged), (0, 0, 3))
    source = scoring.PolicySource(file_name="plan.merit", text=POLICY)
    published = client.scoring.PublishPolicies(scoring.PublishPoliciesRequest(sources=[source]))
    check("policies", ([p.policy_name for p in published.policies], len(published.failures)), (["Client plan"], 0))


def run_the_close(client, approver):
    """The close as an operation, then a person's approval."""
    asked = reviews.StartReviewRequest(cycle=f"cycles/{CYCLE}", request_id="close-1")
    operation = client.reviews.StartReview(asked).operation
    check("the same request is the same operation", client.reviews.StartReview(asked).operation.name, operation.name)
    for _ in range(20):
        waited = reviews.WaitOperationRequest(name=operation.name, timeout_seconds=30)
        operation = client.reviews.WaitOperation(waited).operation
        if operation.done:
            break
    check("the close", (operation.WhichOneof("result"), operation.error.reason), ("review", ""))
    check("its state", operation.review.state, reviews.REVIEW_STATE_COMPOSED)
    listed = client.reviews.ListOperations(reviews.ListOperationsRequest(filter="done = yes"))
    check("operations", [known.name for known in listed.operations], [operation.name])
    decided = reviews.ApproveReviewRequest(cycle=f"cycles/{CYCLE}", reason="checked")
    check("approved", approver.reviews.ApproveReview(decided).review.state, reviews.REVIEW_STATE_APPROVED)
    shown = approver.reviews.PublishReview(reviews.PublishReviewRequest(cycle=f"cycles/{CYCLE}"))
    check("published", shown.review.state, reviews.REVIEW_STATE_PUBLISHED)


def check_figures(client):
    """The ledger and an explanation against the plan."""
    lines = client.scoring.ListLines(scoring.ListLinesRequest(cycle=f"cycles/{CYCLE}")).lines
    paid = {}
    for line in lines:
        person = line.participant.removeprefix("people/")
        amount, held = paid.get(person, (0, 0))
        paid[person] = (amount + line.amount.minor_units, held + line.held.minor_units)
    expected = {person: owed(person) for person in PLAN if owed(person)[0]}
    check("the ledger", {person: sums for person, sums in sorted(paid.items()) if sums[0]}, expected)
    told = client.scoring.ExplainPerson(scoring.ExplainPersonRequest(person="people/ana", cycle=f"cycles/{CYCLE}"))
    check("ana's total", [(t.amount.minor_units, t.held.minor_units) for t in told.totals], [owed("ana")])
    counted = {r.result: r.credited.minor_units for policy in told.policies for r in policy.results}
    check("her deals", counted, {f"crm {deal}": amount for deal, amount in PLAN["ana"][1].items()})
    steps = [step for policy in told.policies for output in policy.outputs for step in output.figures]
    check("there are steps to read", bool(steps), True)


def check_export(client):
    """The ledger in one stream is the ledger page by page."""
    cycle = f"cycles/{CYCLE}"
    listed, page_token = [], ""
    while True:
        asked = scoring.ListLinesRequest(cycle=cycle, with_figures=True, page_size=1, page_token=page_token)
        page = client.scoring.ListLines(asked)
        listed += page.lines
        page_token = page.next_page_token
        if not page_token:
            break
    asked = scoring.ExportLedgerRequest(cycle=cycle, with_figures=True)
    exported = [line for piece in client.scoring.ExportLedger(asked) for line in piece.lines]
    check("there is more than a page of lines", len(listed) > 1, True)
    check("the export is the list", exported == listed, True)
    asked = scoring.ListLinesRequest(cycle=cycle, page_size=-1)
    check("a page below zero", refusal(lambda: client.scoring.ListLines(asked)), ("INVALID_ARGUMENT", "BAD_PAGE"))
    asked = scoring.ExportLedgerRequest(cycle="cycles/2025-Q4")
    unknown = refusal(lambda: list(client.scoring.ExportLedger(asked)))
    check("an export of a cycle that isn't there", unknown, ("NOT_FOUND", "UNKNOWN_CYCLE"))


def check_refusals(address, mint):
    """Who is told nothing, by code and reason."""
    member = Client(address, mint("bo", "member"))
    asked = scoring.ExplainPersonRequest(person="people/ana", cycle=f"cycles/{CYCLE}")
    hidden = refusal(lambda: member.scoring.ExplainPerson(asked))
    check("others' pay is refused", hidden, ("NOT_FOUND", "NOT_FOUND_OR_HIDDEN"))
    asked.person = "people/nobody"
    check("as if they weren't there", refusal(lambda: member.scoring.ExplainPerson(asked)), hidden)
    schema = goals.GetSchemaRequest()
    nobody, stranger = Client(address), Client(address, "x")
    check("without a token", refusal(lambda: nobody.goals.GetSchema(schema)), ("UNAUTHENTICATED", "NO_IDENTITY"))
    check("with a bad token", refusal(lambda: stranger.goals.GetSchema(schema)), ("UNAUTHENTICATED", "BAD_TOKEN"))


def close(address, mint):
    operations = Client(address, mint("cy", "revenue-operations"))
    prepare(operations)
    set_goals(operations)
    stream_results(operations)
    run_the_close(operations, Client(address, mint("finn", "compensation-administrator")))
    check_figures(operations)
    check_export(operations)
    check_refusals(address, mint)
