"""A hub on this machine: the routes that the program asks of the real one, and a store that signed addresses lead to.

It answers slowly on purpose (`pause` seconds before each chunk of a body), so that a kill finds a file half fetched.
"""
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

CHUNK = 1 << 14


class Hub:
    """Serves one dataset, whose files can be replaced; every replacement is a new commit of `main`."""

    def __init__(self, dataset, files, pause=0.0):
        self.dataset, self.pause, self.commits = dataset, pause, {}
        self.push(files)
        self.store = serve(self, Store)
        self.front = serve(self, Front)
        self.endpoint = f"http://127.0.0.1:{self.front.server_port}"

    def push(self, files):
        named = "".join(f"{path} {sum_of(files[path])}\n" for path in sorted(files))
        self.head = hashlib.sha1(named.encode()).hexdigest()
        self.commits[self.head] = dict(files)

    def end(self):
        self.store.shutdown()
        self.front.shutdown()

    def files(self, revision):
        return self.commits.get(self.head if revision == "main" else revision)

    def blob(self, name):
        every = (content for files in self.commits.values() for content in files.values())
        return next((content for content in every if sum_of(content) == name), None)


def sum_of(content):
    return hashlib.sha256(content).hexdigest()


def git_sum(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_text(path):
    """Text lies in git and is named by its sum; anything else in large storage."""
    return path.endswith((".md", ".json"))


def serve(hub, kind):
    handler = type(kind.__name__, (kind,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # A client that is killed hangs up, which is part of the game.
    server.handle_error = lambda *_: None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        try:
            self.route()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for start in range(0, len(body) if self.command == "GET" else 0, CHUNK):
            if self.hub.pause:
                time.sleep(self.hub.pause)
            self.wfile.write(body[start:start + CHUNK])

    def part(self, body, **headers):
        """The body, or the range of it that is asked for."""
        asked = self.headers.get("Range")
        if asked is None:
            return self.answer(200, body, **headers)
        start, end = asked.removeprefix("bytes=").split("-")
        start, end = int(start), min(int(end or len(body)), len(body) - 1)
        if start >= len(body):
            return self.answer(416, Content_Range=f"bytes */{len(body)}")
        place = f"bytes {start}-{end}/{len(body)}"
        return self.answer(206, body[start:end + 1], Content_Range=place, **headers)

    def missing(self, code):
        self.answer(404, json.dumps({"error": code}).encode(), X_Error_Code=code)

    def json(self, value):
        self.answer(200, json.dumps(value).encode(), Content_Type="application/json")


class Store(Handler):
    def route(self):
        body = self.hub.blob(urlsplit(self.path).path.removeprefix("/cdn/"))
        return self.missing("EntryNotFound") if body is None else self.part(body, ETag=f'"{sum_of(body)}"')


class Front(Handler):
    def route(self):
        path = unquote(urlsplit(self.path).path)
        name = self.hub.dataset
        for route, start in ((self.revision, f"/api/datasets/{name}/revision/"),
                             (self.tree, f"/api/datasets/{name}/tree/"),
                             (self.resolve, f"/datasets/{name}/resolve/")):
            if path.startswith(start):
                return route(path.removeprefix(start))
        return self.missing("RepoNotFound")

    def commit(self, revision):
        return self.hub.head if revision == "main" else revision

    def revision(self, revision):
        if self.hub.files(revision) is None:
            return self.missing("RevisionNotFound")
        self.json({"id": self.hub.dataset, "sha": self.commit(revision)})

    def tree(self, revision):
        files = self.hub.files(revision)
        if files is None:
            return self.missing("RevisionNotFound")
        self.json([entry(path, content) for path, content in sorted(files.items())])

    def resolve(self, rest):
        revision, _, path = rest.partition("/")
        content = (self.hub.files(revision) or {}).get(path)
        if content is None:
            return self.missing("EntryNotFound")
        commit = self.commit(revision)
        if is_text(path):
            return self.part(content, ETag=f'"{git_sum(content)}"', X_Repo_Commit=commit)
        store = f"http://localhost:{self.hub.store.server_port}/cdn/{sum_of(content)}"
        self.answer(302, Location=store, X_Repo_Commit=commit, X_Linked_Size=str(len(content)),
                    X_Linked_Etag=f'"{sum_of(content)}"')


def entry(path, content):
    made = {"type": "file", "path": path, "size": len(content), "oid": git_sum(content)}
    if not is_text(path):
        made["lfs"] = {"oid": sum_of(content), "size": len(content), "pointerSize": 134}
    return made
