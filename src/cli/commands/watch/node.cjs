'use strict';
// Agents that a program creates itself do not look for a proxy, whatever Node's settings. The AWS SDK for JavaScript
// creates such agents.
const http = require('node:http');
const https = require('node:https');

const direct = https.Agent.prototype.createConnection;

https.Agent.prototype.createConnection = function createConnection(options, callback) {
  const proxy = process.env.https_proxy;
  if (!proxy || !callback || !options.host || options.socket || options.socketPath) {
    return direct.apply(this, arguments);
  }
  const { hostname, port } = new URL(proxy);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const path = `${host}:${options.port || 443}`;
  const request = http.request({ hostname, port, path, method: 'CONNECT', headers: { host: path }, agent: false });
  request.once('error', callback);
  request.once('connect', (reply, socket) => {
    if (reply.statusCode === 200) {
      callback(null, direct.call(this, { ...options, socket }));
    } else {
      socket.destroy();
      callback(new Error(`sigvet watch: no connection to ${path} (status ${reply.statusCode})`));
    }
  });
  request.end();
  return undefined;
};
