// The AWS SDK for JavaScript signs requests itself and sends them to two `sigvet serve` servers: right, and broken between signing
// and sending, or by its configuration.
//
// $SIGVET_URL accepts the permanent key and the region us-east-1; $SIGVET_STRICT, over TLS, the session's key and the service s3.
// Prints a line for each request with the wrong answer, and then the number of requests.

import { createRequire } from "node:module";
import { Readable } from "node:stream";

// The packages are elsewhere, so that nothing is installed next to the sources.
const require = createRequire(`${process.env.CLIENTS_NODE}/`);
const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
const { DeleteObjectsCommand, GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } =
    require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const PERMANENT = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SESSION = {
    accessKeyId: "ASIAIOSFODNN7EXAMPLE",
    secretAccessKey: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    sessionToken: process.env.SIGVET_TOKEN,
};
const NORMAL = { region: "us-east-1", maxAttempts: 1, forcePathStyle: true };
const count = { right: 0, broken: 0 };
const wrong = [];

function expect(kind, name, found, expected) {
    count[kind] += 1;
    const [was, should] = [found, expected].map((value) => JSON.stringify(value));
    if (was !== should) wrong.push(`js: ${name}: ${was}, not ${should}`);
}

function plain(Client, options = {}) {
    return new Client({ ...NORMAL, endpoint: process.env.SIGVET_URL, credentials: PERMANENT, ...options });
}

function strict(Client, credentials = {}, options = {}) {
    return plain(Client, { endpoint: process.env.SIGVET_STRICT, credentials: { ...SESSION, ...credentials }, ...options });
}

/** Changes the signed request before it is sent. */
function changed(client, change) {
    const middleware = (next) => async (args) => {
        await change(args.request);
        return next(args);
    };
    client.middlewareStack.add(middleware, { step: "deserialize", priority: "low" });
    return client;
}

/** Status, code and cause, as the client sees them. */
async function answer(client, command) {
    try {
        return [(await client.send(command)).$metadata.httpStatusCode];
    } catch (error) {
        const { $metadata, $response, name } = error;
        if ($response === undefined) return [String(error)];
        return [$metadata.httpStatusCode, name, $response.headers["x-sigvet-cause"]];
    }
}

async function answerTo(url, options) {
    const { status, headers } = await fetch(url, options);
    return [status, headers.get("x-sigvet-cause") ?? undefined].filter((part) => part !== undefined);
}

const put = (more) => new PutObjectCommand({ Bucket: "b", Key: "k k", Body: "hello", Metadata: { a: "1" }, ...more });
const stream = () => ({ Body: Readable.from([Buffer.alloc(100_000, "x"), Buffer.alloc(20_000, "y")]), ContentLength: 120_000 });
const list = () => new ListObjectsV2Command({ Bucket: "b", Prefix: "a b&c=/+", Delimiter: "/" });
const get = () => new GetObjectCommand({ Bucket: "b", Key: "a b" });

const RIGHT = {
    "list buckets": () => [plain(S3Client), new ListBucketsCommand()],
    "odd key": () => [plain(S3Client), put({ Key: "a b/é+ü//x(1)!*'" })],
    "checksum": () => [plain(S3Client), put({ ChecksumAlgorithm: "SHA256" })],
    "stream with a trailer": () => [plain(S3Client), put(stream())],
    "stream with another trailer": () => [strict(S3Client), put({ ...stream(), ChecksumAlgorithm: "CRC32C" })],
    "query": () => [plain(S3Client), list()],
    "delete many": () => [plain(S3Client), new DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "a" }] } })],
    "dynamodb": () => [plain(DynamoDBClient), new ListTablesCommand()],
    "session": () => [strict(S3Client), new ListBucketsCommand()],
    "query in another order": () => [
        changed(plain(S3Client), (request) => {
            request.query = Object.fromEntries(Object.entries(request.query).reverse());
        }),
        list(),
    ],
};
const MISMATCH = [403, "SignatureDoesNotMatch"];
const BREAKS = {
    "secret with a newline": {
        expected: [...MISMATCH, "secret-whitespace"],
        sent: () => [
            plain(S3Client, { credentials: { ...PERMANENT, secretAccessKey: `${PERMANENT.secretAccessKey}\n` } }),
            put(),
        ],
    },
    "dynamodb, secret with a space": {
        expected: [400, "InvalidSignatureException", "secret-whitespace"],
        sent: () => [
            plain(DynamoDBClient, { credentials: { ...PERMANENT, secretAccessKey: ` ${PERMANENT.secretAccessKey}` } }),
            new ListTablesCommand(),
        ],
    },
    "secret of the other key": {
        expected: [...MISMATCH, "secret-other-profile"],
        sent: () => [
            strict(S3Client, { secretAccessKey: PERMANENT.secretAccessKey }),
            new ListBucketsCommand(),
        ],
    },
    "region": {
        expected: [400, "AuthorizationHeaderMalformed", "scope-region"],
        sent: () => [plain(S3Client, { region: "eu-west-1" }), new ListBucketsCommand()],
    },
    "dynamodb, region": {
        expected: [400, "InvalidSignatureException", "scope-region"],
        sent: () => [plain(DynamoDBClient, { region: "eu-west-1" }), new ListTablesCommand()],
    },
    "service": {
        expected: [400, "InvalidSignatureException", "scope-service"],
        sent: () => [strict(DynamoDBClient), new ListTablesCommand()],
    },
    "clock behind": {
        expected: [403, "RequestTimeTooSkewed", "time-skewed"],
        sent: () => [plain(S3Client, { systemClockOffset: -20 * 60_000 }), new ListBucketsCommand()],
    },
    "clock ahead": {
        expected: [403, "RequestTimeTooSkewed", "time-skewed"],
        sent: () => [plain(S3Client, { systemClockOffset: 20 * 60_000 }), new ListBucketsCommand()],
    },
    "token missing": {
        expected: [403, "InvalidAccessKeyId", "token-missing"],
        sent: () => [strict(S3Client, { sessionToken: undefined }), new ListBucketsCommand()],
    },
    "token of another session": {
        expected: [400, "InvalidToken", "token-invalid"],
        sent: () => [strict(S3Client, { sessionToken: "other" }), new ListBucketsCommand()],
    },
    "token lost on the way": {
        expected: [403, "InvalidAccessKeyId", "token-missing"],
        sent: () => [
            changed(strict(S3Client), (request) => delete request.headers["x-amz-security-token"]),
            new ListBucketsCommand(),
        ],
    },
    "path encoded twice": {
        expected: [...MISMATCH, "path-double-encoded"],
        sent: () => [
            changed(plain(S3Client), (request) => (request.path = request.path.replace("%20", "%2520"))),
            put(),
        ],
    },
    "body changed": {
        expected: [400, "XAmzContentSHA256Mismatch", "payload-header-mismatch"],
        sent: () => [changed(plain(S3Client), (request) => (request.body = "HELLO")), put()],
    },
    "stream changed": {
        expected: [400, "BadDigest", "trailer-checksum"],
        sent: () => [
            changed(plain(S3Client), (request) => {
                request.body = Readable.from(flipped(request.body));
            }),
            put(stream()),
        ],
    },
    "header lost": {
        expected: [...MISMATCH, "header-missing"],
        sent: () => [changed(plain(S3Client), (request) => delete request.headers["x-amz-meta-a"]), put()],
    },
    "content type changed": {
        expected: [...MISMATCH, "header-content-type"],
        sent: () => [
            changed(plain(S3Client), (request) => (request.headers["content-type"] += "; charset=utf-8")),
            put({ ContentType: "text/plain" }),
        ],
    },
    "method changed": {
        expected: [...MISMATCH, "method-swapped"],
        sent: () => [changed(plain(S3Client), (request) => (request.method = "POST")), put()],
    },
    "query added": {
        expected: [...MISMATCH, "query-changed-after"],
        sent: () => [changed(plain(S3Client), (request) => (request.query.utm_source = "x")), list()],
    },
};

/** A stream whose first letter x is changed to z: the framing stays. */
async function* flipped(stream) {
    let done = false;
    for await (const part of stream) {
        const bytes = Buffer.from(part);
        const at = done ? -1 : bytes.indexOf("xxx");
        if (at >= 0) [done, bytes[at]] = [true, "z".charCodeAt(0)];
        yield bytes;
    }
}

for (const [name, make] of Object.entries(RIGHT)) expect("right", name, await answer(...make()), [200]);
for (const [name, { expected, sent }] of Object.entries(BREAKS)) expect("broken", name, await answer(...sent()), expected);

const presign = (client, options) => getSignedUrl(client, get(), { expiresIn: 60, ...options });
const anHourAgo = new Date(Date.now() - 3_600_000);
const reordered = (url) => url.replace(/\?(.*)/, (_, query) => "?" + query.split("&").reverse().join("&"));
const url = await presign(plain(S3Client));
const ofSession = await presign(strict(S3Client));
const URLS = {
    "presigned": [url, [200]],
    "presigned by a session": [ofSession, [200]],
    "presigned, in another order": [reordered(url), [200]],
    "presigned an hour ago": [await presign(plain(S3Client), { signingDate: anHourAgo }), [403, "expired"]],
    "presigned, encoded twice": [url.replace("a%20b", "a%2520b"), [403, "path-double-encoded"]],
    "presigned, out of a web page": [url.replaceAll("&", "&amp;"), [400, "query-html-escaped"]],
    "presigned, cut": [url.split("&X-Amz-SignedHeaders")[0], [400, "authorization-malformed"]],
    "presigned, token lost": [ofSession.replace(/&X-Amz-Security-Token=[^&]*/, ""), [403, "token-missing"]],
    "presigned for another region": [await presign(plain(S3Client, { region: "eu-west-1" })), [400, "scope-region"]],
};
for (const [name, [target, expected]] of Object.entries(URLS)) {
    expect(expected[0] === 200 ? "right" : "broken", name, await answerTo(target), expected);
}

for (const line of wrong) console.log(line);
console.log(count.right, "right,", count.broken, "broken");
process.exit(wrong.length ? 1 : 0);
