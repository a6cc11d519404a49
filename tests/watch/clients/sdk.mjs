// Calls one service with the AWS SDK for JavaScript, whose clients make their own agents. Exits with 0 even if it is refused.

import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, name] = process.argv.slice(2);
const require = createRequire(`${resolve(folder)}/`);
const calls = {
    s3: () => {
        const { PutObjectCommand, S3Client } = require("@aws-sdk/client-s3");
        return new S3Client({ region: "us-east-1" }).send(new PutObjectCommand({ Bucket: "b", Key: "a b", Body: "hello" }));
    },
    dynamodb: () => {
        const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
        return new DynamoDBClient({ region: "us-east-1" }).send(new ListTablesCommand({}));
    },
};

try {
    console.log((await calls[name]()).$metadata.httpStatusCode);
} catch (error) {
    if (error.$metadata?.httpStatusCode !== 403 && error.$metadata?.httpStatusCode !== 400) throw error;
    console.log(error.name);
}
