// The configuration of simple-whip-server in ./dev test relays. Its program is CommonJS, and is told the rest by its environment.
module.exports = {
  janus: { address: process.env.JANUS_WS },
  port: Number(process.env.WHIP_PORT),
  rest: '/whip',
  allowTrickle: true,
  // As RFC 9725 has it: a PATCH names the session's ETag.
  strictETags: true,
  iceServers: [],
};
