// The AWS SDK for JavaScript through `sigvet proxy --inbound` ($SIGVET_INBOUND) to a real store that does not know its key.
//
// Uploads bytes, a stream and parts, reads each back, presigns, and has a wrong secret refused. Prints how many succeeded.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import assert from "node:assert/strict";

// The packages are elsewhere, so that nothing is installed next to the sources.
const require = createRequire(`${process.env.CLIENTS_NODE}/`);
const {
    CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectsCommand, GetObjectCommand,
    ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const Bucket = "through-js";
const ODD = "a b/é+ü/x(1)!*'~&=.txt";
const SMALL = Buffer.from("hello\n".repeat(1000));
const LARGE = Buffer.concat(Array.from({ length: 96 }, (_, at) => createHash("sha512").update(String(at)).digest()).map((part) => Buffer.concat(Array(1024).fill(part))));
let right = 0;
let refused = 0;

// Checksums are sent only if the operation requires them: radosgw accepts no trailers.
const client = (secretAccessKey) =>
    new S3Client({
        region: "us-east-1", maxAttempts: 1, forcePathStyle: true, endpoint: process.env.SIGVET_INBOUND,
        credentials: { accessKeyId: "AKIAPLACEHOLDER00001", secretAccessKey },
        requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED",
    });
const s3 = client("placeholder/secret+that/opens+nothing0001");
const read = async (Key) => Buffer.from(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToByteArray());

function expect(found, expected) {
    assert.deepEqual(found, expected);
    right += 1;
}

await s3.send(new CreateBucketCommand({ Bucket }));
await s3.send(new PutObjectCommand({ Bucket, Key: ODD, Body: SMALL, Metadata: { a: "b  c" } }));
expect(await read(ODD), SMALL);
await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body: Readable.from([LARGE]), ContentLength: LARGE.length }));
expect(await read("stream"), LARGE);
const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
const Parts = [];
for (const [at, Body] of [LARGE, SMALL].entries()) {
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: "parts", UploadId, PartNumber: at + 1, Body }));
    Parts.push({ ETag, PartNumber: at + 1 });
}
await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "parts", UploadId, MultipartUpload: { Parts } }));
expect(await read("parts"), Buffer.concat([LARGE, SMALL]));
const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a b/é+" }));
expect(listed.Contents.map(({ Key }) => Key), [ODD]);
const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: ODD }), { expiresIn: 60 });
expect(Buffer.from(await (await fetch(url)).arrayBuffer()), SMALL);
const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: ODD }] } }));
expect(Deleted.map(({ Key }) => Key), [ODD]);
await assert.rejects(client("another secret").send(new ListBucketsCommand()), { name: "SignatureDoesNotMatch" });
refused += 1;
console.log(`${right} right, ${refused} refused`);
