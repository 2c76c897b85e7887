"""How long ordinary reads take in a large organisation, for a member, for a manager, and for who looks after all of it.

    reads.py MERIT FOLDER

MERIT is the binary, FOLDER what `KEEP=FOLDER just bench-close` left: a closed quarter of as many people as that made.
One client at a time, each question about another person; milliseconds of the first question, the median, and the slowest.
"""

import csv
import importlib
import pathlib
import statistics
import sys
import tempfile
import time

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients" / "python"))
import run as client  # noqa: E402

CYCLE = "cycles/2026-Q3"
# Questions of each kind, and the seconds after which no more are asked.
QUESTIONS, ENOUGH_S = 30, 5.0


def questions(run):
    """Each method, with a question about a person."""
    from merit.directory.v1 import directory_pb2 as directory
    from merit.goals.v1 import goals_pb2 as goals
    from merit.reviews.v1 import reviews_pb2 as reviews
    from merit.scoring.v1 import scoring_pb2 as scoring

    return {
        "directory.GetPerson": lambda person: directory.GetPersonRequest(name=person),
        "directory.ListReports": lambda person: directory.ListReportsRequest(manager=person),
        "directory.ListPeople": lambda _: directory.ListPeopleRequest(page_size=100),
        "goals.ListGoals": lambda person: goals.ListGoalsRequest(cycle=CYCLE, owner=person),
        "goals.GetCoverage": lambda _: goals.GetCoverageRequest(cycle=CYCLE),
        "reviews.ListScorecards": lambda person: reviews.ListScorecardsRequest(cycle=CYCLE, person=person),
        "scoring.GetStanding": lambda person: scoring.GetStandingRequest(person=person, cycle=CYCLE),
        "scoring.ListLines": lambda person: scoring.ListLinesRequest(cycle=CYCLE, participant=person),
        "scoring.ListScores": lambda person: scoring.ListScoresRequest(run=run, participant=person),
        "scoring.ListCredits": lambda person: scoring.ListCreditsRequest(run=run, participant=person),
        "scoring.ListAttainments": lambda person: scoring.ListAttainmentsRequest(run=run, participant=person),
        "scoring.ExplainPerson": lambda person: scoring.ExplainPersonRequest(cycle=CYCLE, person=person),
    }


def stub(channel, service):
    """The client of a service."""
    module = importlib.import_module(f"merit.{service}.v1.{service}_pb2_grpc")
    return getattr(module, f"{service.capitalize()}ServiceStub")(channel)


def ask(call, question, people, token):
    """The milliseconds of each answer, and how many people got none; the caller's own token for each."""
    times, refused, began = [], 0, time.perf_counter()
    for person in people:
        asked = time.perf_counter()
        try:
            call(question(f"people/{person}"), metadata=[("authorization", f"Bearer {token(person)}")])
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED):
                sys.exit(f"a question failed: {error}")
            refused += 1
        times.append((time.perf_counter() - asked) * 1000)
        if time.perf_counter() - began > ENOUGH_S:
            break
    return times, refused


def main():
    merit, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    with open(folder / "input" / "people.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    leads = [row["person_id"] for row in rows if row["role"] == "Manager"][-QUESTIONS:]
    members = [row["person_id"] for row in rows if row["role"] not in ("Manager", "Executive")][-QUESTIONS:]
    with tempfile.TemporaryDirectory() as modules, client.Server(str(merit), (folder / "data").resolve()) as server:
        client.make_modules(modules)
        sys.path.insert(0, modules)
        from merit.scoring.v1 import scoring_pb2, scoring_pb2_grpc

        overseer = server.token("olga", "compensation-administrator")
        own = {person: server.token(person, "member") for person in members}
        own |= {person: server.token(person, "manager") for person in leads}
        with grpc.insecure_channel(server.address) as channel:
            runs = scoring_pb2_grpc.ScoringServiceStub(channel).ListRuns(
                scoring_pb2.ListRunsRequest(cycle=CYCLE), metadata=[("authorization", f"Bearer {overseer}")])
            run = runs.runs[0].name
            print(f"{len(rows)} people; milliseconds: first, median, slowest")
            print(f"{'':26}" + "".join(f"{who:>26}" for who in ("overseer", "member", "manager")))
            for method, question in questions(run).items():
                service, name = method.split(".")
                call, line = getattr(stub(channel, service), name), f"{method:26}"
                for people, token in ((members, lambda _: overseer), (members, own.get), (leads, own.get)):
                    times, refused = ask(call, question, people, token)
                    shown = f"{times[0]:.1f} {statistics.median(times):.1f} {max(times):.1f}"
                    line += f"{'refused' if refused == len(times) else shown:>26}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
