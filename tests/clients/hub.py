"""A folder of ours to a hub and back, by the hub's own client.

    python tests/clients/hub.py OUT CONFIG [target/release/gradatim]

A hub on this machine takes what `hf upload` sends (in commits, large files by their hashes) and gives it to `hf download`
and `datasets`. `gradatim check` holds the folder before and after, with the hash of before; then the card is edited, as
people do on the hub: beside what was generated, which is sound, and inside of it, which is not.
"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse

ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
LARGE = (".parquet", ".json", ".csv", ".svg")


class Hub:
    """One dataset, its commits and its large files."""

    def __init__(self):
        self.files, self.large, self.commits, self.private = {}, {}, 0, None

    def sha(self):
        return hashlib.sha1(f"commit {self.commits}".encode()).hexdigest()

    def entry(self, path):
        content = self.files[path]
        entry = {"type": "file", "path": path, "size": len(content), "oid": git(content)}
        if path in self.large:
            digest = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 134}
        return entry


def git(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Routes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub, store = Hub(), {}

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def say(self, status, body=b"", **headers):
        if not isinstance(body, bytes):
            body, headers = json.dumps(body).encode(), {"Content_Type": "application/json", **headers}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def lost(self):
        self.say(404, {"error": "not found"}, X_Error_Code="EntryNotFound")

    def do_PUT(self):
        self.store[self.path.rsplit("/", 1)[1]] = self.body()
        self.say(200)

    def do_POST(self):
        path, body, hub = self.path.split("?")[0], self.body(), self.hub
        if path == "/api/repos/create":
            asked = json.loads(body)
            hub.private, hub.files = asked.get("private") or asked.get("visibility") == "private", {".gitattributes": ATTRIBUTES}
            self.say(200, {"url": f"{ENDPOINT}/datasets/{asked.get('organization') or 'me'}/{asked['name']}"})
        elif path == "/api/validate-yaml":
            self.say(200, {"errors": [], "warnings": []})
        elif "/preupload/" in path:
            asked = json.loads(body)["files"]
            mode = lambda name: "lfs" if name.endswith(LARGE) else "regular"
            files = [{"path": one["path"], "uploadMode": mode(one["path"]), "shouldIgnore": False} for one in asked]
            for one, told in zip(asked, files):
                if one["path"] in hub.files:
                    told["oid"] = git(hub.files[one["path"]])
            self.say(200, {"files": files})
        elif path.endswith("/info/lfs/objects/batch"):
            objects = json.loads(body)["objects"]
            href = lambda one: {"upload": {"href": f"{ENDPOINT}/store/{one['oid']}"}}
            objects = [{**one, **({} if one["oid"] in self.store else {"actions": href(one)})} for one in objects]
            self.say(200, {"transfer": "basic", "objects": objects}, Content_Type="application/vnd.git-lfs+json")
        elif "/commit/" in path:
            self.commit([json.loads(line) for line in body.splitlines()])
        elif "/paths-info/" in path:
            if body.startswith(b"{"):
                asked = json.loads(body)["paths"]
            else:
                asked = urllib.parse.parse_qs(body.decode()).get("paths", [])
            self.say(200, [hub.entry(one) for one in asked if one in hub.files])
        else:
            self.lost()

    def commit(self, lines):
        hub = self.hub
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                hub.files[value["path"]] = base64.b64decode(value["content"])
                hub.large.pop(value["path"], None)
            elif line["key"] == "lfsFile":
                content = self.store[value["oid"]]
                assert hashlib.sha256(content).hexdigest() == value["oid"]
                hub.files[value["path"]], hub.large[value["path"]] = content, True
        hub.commits += 1
        self.say(200, {"commitUrl": f"{ENDPOINT}/datasets/me/set/commit/{hub.sha()}", "commitOid": hub.sha()})

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path, hub = urllib.parse.unquote(self.path.split("?")[0]), self.hub
        if path == "/api/whoami-v2":
            return self.say(200, {"type": "user", "name": "me", "auth": {}, "orgs": []})
        if not hub.files:
            return self.say(404, {"error": "no such dataset"}, X_Error_Code="RepoNotFound")
        if found := re.fullmatch(r"/api/datasets/[^/]+/[^/]+/tree/[^/]+/?(.*)", path):
            below = found[1] and found[1].rstrip("/") + "/"
            recursive = "recursive=true" in self.path.lower()
            names = [one for one in hub.files if one.startswith(below)]
            folders = {below + one[len(below):].split("/")[0] for one in names if "/" in one[len(below):]}
            if recursive:
                folders = {one.rsplit("/", 1)[0] for one in names if "/" in one}
            else:
                names = [one for one in names if "/" not in one[len(below):]]
            listed = [{"type": "directory", "path": one, "size": 0, "oid": "0" * 40} for one in sorted(folders)]
            return self.say(200, listed + [hub.entry(one) for one in sorted(names)])
        if re.fullmatch(r"/api/datasets/[^/]+/[^/]+(/revision/[^/]+)?", path):
            siblings = [{"rfilename": one} for one in sorted(hub.files)]
            told = {"id": "me/set", "sha": hub.sha(), "private": bool(hub.private), "siblings": siblings}
            return self.say(200, {**told, "tags": [], "downloads": 0, "likes": 0, "gated": False, "disabled": False})
        if found := re.fullmatch(r"/datasets/[^/]+/[^/]+/resolve/[^/]+/(.+)", path):
            if found[1] not in hub.files:
                return self.lost()
            content = hub.files[found[1]]
            large = found[1] in hub.large
            etag = hashlib.sha256(content).hexdigest() if large else git(content)
            headers = {"X_Repo_Commit": hub.sha(), "ETag": f'"{etag}"', "Accept_Ranges": "bytes"}
            if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
                first, last = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
                headers["Content_Range"] = f"bytes {first}-{last}/{len(content)}"
                return self.say(206, content[first : last + 1], **headers)
            return self.say(200, content, **headers)
        self.lost()


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Routes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def ran(code, *command):
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    print("$", *(str(word).replace(str(work), "$WORK") for word in command))
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def edited(old, new):
    hub = Routes.hub
    card = hub.files["README.md"].decode()
    assert old in card, old
    hub.files["README.md"] = card.replace(old, new, 1).encode()
    hub.commits += 1


out, config = pathlib.Path(sys.argv[1]), sys.argv[2]
gradatim = sys.argv[3] if len(sys.argv) > 3 else "gradatim"
ENDPOINT = serve()
with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    # The store of large files that this hub has is git's: the newer one is a service of its own.
    environment = {**os.environ, "HF_ENDPOINT": ENDPOINT, "HF_TOKEN": "hf_test", "HF_HOME": folder, "HF_HUB_DISABLE_XET": "1"}
    hf = pathlib.Path(sys.executable).with_name("hf")
    digest = ran(0, gradatim, "check", out, "--digest").strip()
    ran(0, hf, "upload", "me/set", out, ".", "--repo-type", "dataset", "--private")
    files = [one for one in out.rglob("*") if one.is_file()]
    assert len(Routes.hub.files) == len(files) + 1 and Routes.hub.private
    print(f"  {len(files)} files, {len(Routes.hub.large)} of them large, in {Routes.hub.commits} commits")
    ran(0, hf, "download", "me/set", "--repo-type", "dataset", "--local-dir", work / "back")
    print(ran(0, gradatim, "check", work / "back", "--expect", digest))
    loads = f"from datasets import load_dataset as l; print(l('me/set', '{config}', split='train'))"
    print(ran(0, sys.executable, "-c", loads))
    edited("---\n", "---\nlanguage:\n- en\n")
    ran(0, hf, "download", "me/set", "--repo-type", "dataset", "--local-dir", work / "back")
    print(ran(0, gradatim, "check", work / "back", "--expect", digest))
    edited("## Subsets and controls", "## Subsets and their controls")
    ran(0, hf, "download", "me/set", "--repo-type", "dataset", "--local-dir", work / "back")
    print(ran(1, gradatim, "check", work / "back", "--expect", digest))
