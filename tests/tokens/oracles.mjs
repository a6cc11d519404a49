// Prints the tokens of AWS's JavaScript packages, which sort the parameters. oracles.py runs `node oracles.mjs FOLDER GIVEN`.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [folder, given] = process.argv.slice(2);
const { keys, temporary, now, database, dsql } = JSON.parse(given);
const load = createRequire(`${folder}/package.json`);

const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...words) {
    super(...(words.length ? words : [now]));
  }
  static now() {
    return new Clock(now).getTime();
  }
};

const cases = [];
const add = (name, words, temporary, prints) => {
  const { version } = JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`));
  cases.push({ by: `${name} ${version}`, words, temporary, prints });
};

for (const [accessKeyId, secretAccessKey, sessionToken] of [keys, temporary]) {
  const isTemporary = sessionToken !== null;
  const credentials = isTemporary ? { accessKeyId, secretAccessKey, sessionToken } : { accessKeyId, secretAccessKey };
  const { Signer } = load("@aws-sdk/rds-signer");
  const rds = new Signer({ hostname: database, port: 5432, username: "jane_doe", region: "eu-central-1", credentials });
  const words = ["rds", "--host", database, "--port", "5432", "--user", "jane_doe"];
  add("@aws-sdk/rds-signer", words, isTemporary, await rds.getAuthToken());
  const other = new Signer({ hostname: "db.example", port: 443, username: "u", region: "eu-west-2", credentials });
  const otherWords = ["rds", "--host", "db.example:443", "--user", "u", "--region", "eu-west-2"];
  add("@aws-sdk/rds-signer", otherWords, isTemporary, await other.getAuthToken());
  const { DsqlSigner } = load("@aws-sdk/dsql-signer");
  const cluster = new DsqlSigner({ hostname: dsql, region: "us-east-1", credentials });
  add("@aws-sdk/dsql-signer", ["dsql", "--host", dsql, "--user", "app"], isTemporary, await cluster.getDbConnectAuthToken());
  add("@aws-sdk/dsql-signer", ["dsql", "--host", dsql, "--user", "admin"], isTemporary, await cluster.getDbConnectAdminAuthToken());
  const { generateAuthTokenFromCredentialsProvider } = load("aws-msk-iam-sasl-signer-js");
  const msk = await generateAuthTokenFromCredentialsProvider({ region: "eu-west-1", awsCredentialsProvider: async () => credentials });
  add("aws-msk-iam-sasl-signer-js", ["msk", "--region", "eu-west-1"], isTemporary, msk.token);
  const { BedrockTokenGenerator } = load("@aws/bedrock-token-generator");
  const bedrock = await new BedrockTokenGenerator().getToken(credentials, "us-west-2");
  add("@aws/bedrock-token-generator", ["bedrock", "--region", "us-west-2"], isTemporary, bedrock);
}
process.stdout.write(JSON.stringify(cases));
