/** A bad line in front of the server: drops requests and answers, cuts answers short, shows portal pages and errors. */
import http from "node:http";

const FATES = [
  ["drop request", 0.05], ["drop answer", 0.07], ["cut answer", 0.03], ["portal page", 0.04], ["portal redirect", 0.02],
  ["500 page", 0.03], ["502 page", 0.02], ["401", 0.02],
];
const PAGES = {
  "portal page": [200, "text/html", "<html>请先登录 WiFi</html>"],
  "portal redirect": [302, "text/html", "", { location: "http://portal.invalid/" }],
  "500 page": [500, "text/html", "<h1>500</h1>"],
  "502 page": [502, "text/html", "<h1>502</h1>"],
  "401": [401, "application/problem+json", '{"code": "not_signed_in", "detail": "请重新登录。"}'],
};

/** Start the line; `line.isGood` makes it a good one, `line.counted` tells what it did. */
export async function startLine(target, chance) {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const line = { isGood: false, counted: {}, address: "", close: () => server.close() };
  const fateOf = () => {
    if (line.isGood) return "pass";
    let left = chance.next();
    return FATES.find(([, share]) => (left -= share) < 0)?.[0] ?? "pass";
  };
  const server = http.createServer((request, response) => {
    const fate = fateOf();
    line.counted[fate] = (line.counted[fate] ?? 0) + 1;
    request.on("error", () => {});
    if (fate === "drop request") return void request.socket.destroy();
    if (PAGES[fate]) return void (request.resume(), show(response, PAGES[fate]));
    const onward = http.request({ hostname, port, agent, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", () => response.destroy());
      answer.on("end", () => give(response, answer, Buffer.concat(parts), fate));
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  line.address = `http://127.0.0.1:${server.address().port}`;
  return line;
}

function show(response, [status, type, body, headers = {}]) {
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(body);
}

function give(response, answer, body, fate) {
  if (fate === "drop answer") return void response.destroy();
  response.writeHead(answer.statusCode, { ...answer.headers, "content-length": body.length });
  if (fate !== "cut answer") return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
