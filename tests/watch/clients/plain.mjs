// Sends unsigned requests with the agents of Node's own modules and with fetch, and prints their statuses.

import http from "node:http";
import https from "node:https";

const get = (library, url, options) =>
    new Promise((resolve, reject) => {
        const sent = library.get(url, options, (reply) => reply.resume().on("end", () => resolve(reply.statusCode)));
        sent.on("error", reject);
    });

for (const [library, url] of [[http, process.argv[2]], [https, process.argv[3]]]) {
    const agent = new library.Agent({ keepAlive: true, maxSockets: 1 });
    console.log(await get(library, url, {}));
    console.log(await get(library, url, { agent }));
    console.log(await get(library, url, { agent: false }));
    console.log((await fetch(url)).status);
    if (library === http) console.log(await get(library, url, { agent }));
    agent.destroy();
}
