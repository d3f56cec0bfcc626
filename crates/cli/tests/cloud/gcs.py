"""A server that speaks as much of the XML API of Google Cloud Storage as a client of objects needs.

Objects, their generations and the conditions on them, lists in pages, and uploads in parts, all in memory:
https://cloud.google.com/storage/docs/xml-api/overview. What it does not know it refuses; it ignores no
condition, and looks at no credentials. Emulators that others make (fake-gcs-server 1.54.0,
gcp-storage-emulator 2026.7.19) leave out uploads in parts and conditions, which is what matters here.

    python gcs.py          listens on a port of 127.0.0.1 and says which
"""

import base64
import email.utils
import hashlib
import itertools
import re
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

# Objects of one answer to a list. The service has 1,000, and may give fewer.
PAGE = 10

# Bytes of each part but the last.
LEAST = 5 << 20

# What a request may have besides its own headers; any other one of the service is refused.
CONDITION = "x-goog-if-generation-match"

LOCK = threading.Lock()
COUNTER = itertools.count(int(time.time() * 1_000_000))
BUCKETS = {}


class Refused(Exception):
    def __init__(self, status, code):
        self.status, self.code = status, code


class Object:
    def __init__(self, data, tag):
        self.data, self.tag = data, f'"{tag}"'
        self.generation, self.time = next(COUNTER), int(time.time())


class Upload:
    def __init__(self, key):
        self.key, self.parts = key, {}


class Bucket:
    def __init__(self):
        self.objects, self.uploads = {}, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Answers go out at once.
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        bucket, _, key = path.lstrip("/").partition("/")
        try:
            for name in self.headers:
                name = name.lower()
                if name.startswith("x-goog-") and name != CONDITION:
                    raise Refused(501, "NotImplemented")
            # One after the other: a condition and what hangs on it are one step.
            with LOCK:
                of = "object" if key else "bucket"
                does = getattr(self, f"{self.command.lower()}_{of}", None)
                if does is None:
                    raise Refused(405, "MethodNotAllowed")
                answer = does(*map(urllib.parse.unquote, filter(None, (bucket, key))), query, body)
            self.answer(*answer)
        except Refused as refused:
            text = f"<Error><Code>{refused.code}</Code></Error>".encode()
            self.answer(refused.status, {"Content-Type": "application/xml"}, text)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    # Buckets

    def put_bucket(self, bucket, query, body):
        known(query)
        BUCKETS.setdefault(bucket, Bucket())
        return 200, {}

    def get_bucket(self, bucket, query, body):
        bucket = found(BUCKETS, bucket, "NoSuchBucket")
        if "uploads" in query:
            known(query, "uploads")
            uploads = "".join(f"<Upload>{tag('Key', u.key)}</Upload>" for u in bucket.uploads.values())
            return document("ListMultipartUploadsResult", uploads)
        known(query, "list-type", "prefix", "delimiter", "continuation-token", "start-after", "max-keys")
        if query.get("list-type") != "2":
            raise Refused(501, "NotImplemented")
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = max(query.get("start-after", ""), query.get("continuation-token", ""))
        page = min(PAGE, int(query.get("max-keys", PAGE)))
        entries = {}
        for key, there in bucket.objects.items():
            if not key.startswith(prefix):
                continue
            folder, slash, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            name = prefix + folder + slash if slash else key
            if name > after:
                entries[name] = None if slash else there
        names = sorted(entries)
        text = tag("KeyCount", min(page, len(names)))
        for name in names[:page]:
            text += entry(name, entries[name])
        if len(names) > page:
            text += tag("NextContinuationToken", names[page - 1])
        return document("ListBucketResult", text + tag("IsTruncated", str(len(names) > page).lower()))

    # Objects

    def get_object(self, bucket, key, query, body):
        known(query, "generation")
        there = found(found(BUCKETS, bucket, "NoSuchBucket").objects, key, "NoSuchKey")
        if query.get("generation", str(there.generation)) != str(there.generation):
            raise Refused(404, "NoSuchKey")
        self.check(there)
        for name in ("If-Match", "If-None-Match"):
            tags = [text.strip() for text in self.headers.get(name, "").split(",")]
            same = there.tag in tags or "*" in tags
            if name in self.headers and same != (name == "If-Match"):
                raise Refused(*((412, "PreconditionFailed") if name == "If-Match" else (304, "NotModified")))
        since = self.headers.get("If-Unmodified-Since")
        if since and there.time > email.utils.parsedate_to_datetime(since).timestamp():
            raise Refused(412, "PreconditionFailed")
        if "If-Modified-Since" in self.headers:
            raise Refused(501, "NotImplemented")
        headers = {
            "ETag": there.tag,
            "Last-Modified": email.utils.formatdate(there.time, usegmt=True),
            "Accept-Ranges": "bytes",
            "x-goog-generation": there.generation,
        }
        size, data = len(there.data), there.data
        if "Range" not in self.headers:
            return 200, headers | {"Content-Length": size}, data
        first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers["Range"]).groups()
        start, end = (int(first), int(last or size - 1) + 1) if first else (max(0, size - int(last)), size)
        end = min(end, size)
        if start >= end:
            raise Refused(416, "InvalidRange")
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return 206, headers | {"Content-Length": end - start}, data[start:end]

    head_object = get_object

    def put_object(self, bucket, key, query, body):
        known(query, "partNumber", "uploadId")
        bucket = found(BUCKETS, bucket, "NoSuchBucket")
        digest = hashlib.md5(body)
        if "uploadId" in query:
            number, parts = int(query["partNumber"]), self.upload(bucket, key, query).parts
            if not 1 <= number <= 10_000:
                raise Refused(400, "InvalidArgument")
            parts[number] = (f'"{digest.hexdigest()}"', body)
            return 200, {"ETag": parts[number][0]}
        self.check(bucket.objects.get(key))
        there = bucket.objects[key] = Object(body, digest.hexdigest())
        return 200, {"ETag": there.tag, "x-goog-generation": there.generation}

    def delete_object(self, bucket, key, query, body):
        known(query, "uploadId")
        bucket = found(BUCKETS, bucket, "NoSuchBucket")
        if "uploadId" in query:
            self.upload(bucket, key, query)
            del bucket.uploads[query["uploadId"]]
        else:
            self.check(found(bucket.objects, key, "NoSuchKey"))
            del bucket.objects[key]
        return 204, {}

    # Uploads in parts: begun, and completed

    def post_object(self, bucket, key, query, body):
        known(query, "uploads", "uploadId")
        bucket = found(BUCKETS, bucket, "NoSuchBucket")
        if "uploads" in query:
            name = base64.urlsafe_b64encode(str(next(COUNTER)).encode()).decode()
            bucket.uploads[name] = Upload(key)
            return document("InitiateMultipartUploadResult", tag("Key", key) + tag("UploadId", name))
        if CONDITION in self.headers:
            # The service has no conditions there.
            raise Refused(501, "NotImplemented")
        parts = self.upload(bucket, key, query).parts
        named = [(int(part.findtext("{*}PartNumber")), part.findtext("{*}ETag")) for part in xml.fromstring(body)]
        numbers = [number for number, _ in named]
        if not named or numbers != sorted(set(numbers)):
            raise Refused(400, "InvalidPartOrder" if named else "MalformedXML")
        if any(parts.get(number, ("", b""))[0].strip('"') != etag.strip('"') for number, etag in named):
            raise Refused(400, "InvalidPart")
        pieces = [parts[number][1] for number in numbers]
        if any(len(piece) < LEAST for piece in pieces[:-1]):
            raise Refused(400, "EntityTooSmall")
        del bucket.uploads[query["uploadId"]]
        # Not a sum of the contents, and another one for each upload.
        there = bucket.objects[key] = Object(b"".join(pieces), f"{next(COUNTER):x}-{len(pieces)}")
        return document("CompleteMultipartUploadResult", tag("Key", key) + tag("ETag", there.tag))

    def upload(self, bucket, key, query):
        upload = found(bucket.uploads, query.get("uploadId"), "NoSuchUpload")
        if upload.key != key:
            raise Refused(404, "NoSuchUpload")
        return upload

    def check(self, there):
        """That the object is of the generation that the request wants; 0 stands for none."""
        wanted = self.headers.get(CONDITION)
        if wanted is not None and wanted != str(there.generation if there else 0):
            raise Refused(412, "PreconditionFailed")

    def log_message(self, *args):
        pass


def known(query, *names):
    if set(query) - set(names):
        raise Refused(501, "NotImplemented")


def found(there, name, code):
    if name not in there:
        raise Refused(404, code)
    return there[name]


def tag(name, value):
    return f"<{name}>{escape(str(value))}</{name}>"


def entry(name, there):
    """An object of a list, or what several have in common."""
    if there is None:
        return f"<CommonPrefixes>{tag('Prefix', name)}</CommonPrefixes>"
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(there.time))
    text = tag("Key", name) + tag("Generation", there.generation) + tag("LastModified", when)
    return f"<Contents>{text}{tag('ETag', there.tag)}{tag('Size', len(there.data))}</Contents>"


def document(name, text):
    text = f"<?xml version='1.0' encoding='UTF-8'?><{name}>{text}</{name}>"
    return 200, {"Content-Type": "application/xml; charset=UTF-8"}, text.encode()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"Running on http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
    server.serve_forever()
