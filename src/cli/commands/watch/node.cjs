'use strict';
// Agents that a program creates itself do not look for a proxy, whatever Node's settings. The AWS SDK for JavaScript
// creates such agents. Agents with `proxyEnv` are Node's own and do; so does fetch since Node 22.21 and 24.5.
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const { request } = http;

// Opens a tunnel through the proxy, even for plain HTTP, so that the request stays as the program writes it.
function openTunnel(name, port, callback) {
  const proxy = new URL(process.env.https_proxy);
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const path = `${host}:${port}`;
  const createConnection = () => net.connect(proxy.port, proxy.hostname);
  const connect = request({ method: 'CONNECT', path, headers: { host: path }, createConnection });
  connect.once('error', callback);
  connect.once('connect', (reply, socket) => {
    if (reply.statusCode === 200) {
      callback(null, socket);
    } else {
      socket.destroy();
      callback(new Error(`sigvet watch: no connection to ${path} (status ${reply.statusCode})`));
    }
  });
  connect.end();
}

function lead(agent, defaultPort, enter) {
  const direct = agent.createConnection;
  agent.createConnection = function createConnection(options, callback) {
    const isOwn = typeof options !== 'object' || options.socket || options.socketPath || this?.options?.proxyEnv;
    if (!process.env.https_proxy || !callback || isOwn || !options.host) {
      return direct.apply(this, arguments);
    }
    openTunnel(options.host, options.port || defaultPort, (error, socket) =>
      error ? callback(error) : callback(null, enter(() => direct.call(this, { ...options, socket }), socket)));
    return undefined;
  };
}

lead(http.Agent.prototype, 80, (_, socket) => socket);
lead(https.Agent.prototype, 443, (handshake) => handshake());

const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
const { fetch } = globalThis;

if (fetch && process.env.https_proxy && !process.allowedNodeEnvironmentFlags.has('--use-env-proxy')) {
  globalThis.fetch = function (...words) {
    if (!globalThis[DISPATCHER]) {
      // This loads the library behind fetch, which sets its dispatcher.
      new Headers();
      const Agent = globalThis[DISPATCHER]?.constructor;
      globalThis[DISPATCHER] = Agent && new Agent({ connect });
    }
    return fetch.apply(this, words);
  };
}

function connect({ protocol, hostname, port, servername }, callback) {
  const isSecure = protocol === 'https:';
  openTunnel(hostname, port || (isSecure ? 443 : 80), (error, socket) => {
    if (error || !isSecure) {
      callback(error, socket);
      return;
    }
    const name = servername || (net.isIP(hostname) ? '' : hostname);
    const secure = tls.connect({ socket, host: hostname, servername: name, ALPNProtocols: ['http/1.1'] });
    secure.once('error', callback);
    secure.once('secureConnect', () => {
      secure.removeListener('error', callback);
      callback(null, secure);
    });
  });
}
