// The parts of a videobridge that Maven Central has, at one HTTP port: requests are read by its own parser (jitsi-xmpp-extensions), ICE is ice4j's, DTLS
// BouncyCastle's and SRTP jitsi-srtp's. It is no bridge: of what is published it hands the sound and the smallest layer on as they are, and
// estimates and chooses nothing. GET /seen tells what was asked and what came of it.

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jitsi.xmpp.extensions.colibri2.Colibri2Endpoint;
import org.jitsi.xmpp.extensions.colibri2.ConferenceModifiedIQ;
import org.jitsi.xmpp.extensions.colibri2.ConferenceModifyIQ;
import org.jitsi.xmpp.extensions.colibri2.Transport;
import org.jitsi.xmpp.extensions.colibri2.json.Colibri2JSONDeserializer;
import org.jitsi.xmpp.extensions.colibri2.json.Colibri2JSONSerializer;
import org.jivesoftware.smackx.muc.MUCRole;
import org.jxmpp.jid.impl.JidCreate;

public final class Parts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFERENCES = "/colibri/v2/conferences";

  /** What a request may not be: the status, and why. */
  static final class Refused extends Exception {
    final int status;

    Refused(int status, String why) {
      super(why);
      this.status = status;
    }
  }

  /** Of the one conference that there is. */
  private String meeting;
  private String name;
  private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
  private int expired;

  public static void main(String[] arguments) throws Exception {
    Parts parts = new Parts();
    HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", Integer.parseInt(arguments[0])), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", parts::serve);
    server.start();
    System.out.println("ready");
  }

  private void serve(HttpExchange exchange) {
    try (exchange) {
      int status = 200;
      String body;
      String type = "application/json";
      try {
        body = answer(exchange).toString();
      } catch (Refused refused) {
        status = refused.status;
        type = "text/plain";
        body = String.valueOf(refused.getMessage());
      } catch (Exception wrong) {
        // As the bridge does, whatever its parser does not like.
        status = 400;
        type = "text/plain";
        body = "Failed to parse ConferenceModify JSON:" + wrong.getMessage();
      }
      exchange.getResponseHeaders().set("Content-Type", type);
      byte[] bytes = body.getBytes();
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (Exception gone) {
      System.err.println(gone);
    }
  }

  private synchronized ObjectNode answer(HttpExchange exchange) throws Exception {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (method.equals("GET") && path.equals("/seen")) return seen();
    ObjectNode request = (ObjectNode) JSON.readTree(exchange.getRequestBody());
    ConferenceModifyIQ.Builder builder = Colibri2JSONDeserializer.deserializeConferenceModify(request);
    if (method.equals("PATCH") && meeting != null && path.equals(CONFERENCES + "/" + meeting)) {
      builder.setMeetingId(meeting);
    } else if (!method.equals("POST") || !path.equals(CONFERENCES)) {
      throw new Refused(404, "no such conference");
    }
    ConferenceModifyIQ asked = builder.build();
    if (asked.getCreate()) {
      if (meeting != null) end();
      meeting = asked.getMeetingId();
      name = JidCreate.entityBareFrom(asked.getConferenceName()).toString();
    }
    ConferenceModifiedIQ.Builder modified = ConferenceModifiedIQ.builder("id");
    for (Colibri2Endpoint endpoint : asked.getEndpoints()) modified.addEndpoint(handle(endpoint));
    if (asked.getExpire()) end();
    return Colibri2JSONSerializer.serializeConferenceModified(modified.build());
  }

  private Colibri2Endpoint handle(Colibri2Endpoint asked) throws Exception {
    Colibri2Endpoint.Builder told = Colibri2Endpoint.getBuilder();
    told.setId(asked.getId());
    if (asked.getExpire()) {
      Endpoint gone = endpoints.remove(asked.getId());
      if (gone != null) gone.close();
      expired += 1;
      told.setExpire(true);
      return told.build();
    }
    if (asked.getCreate()) {
      if (asked.getTransport() == null) throw new Refused(400, "no <transport>");
      if (!asked.hasCapability("source-names")) throw new Refused(400, "Source name support is mandatory.");
      boolean visitor = asked.getMucRole() == MUCRole.visitor;
      endpoints.put(asked.getId(), new Endpoint(asked.getTransport().getIceControlling(), visitor, this::forward));
    }
    Endpoint endpoint = endpoints.get(asked.getId());
    if (endpoint == null) throw new Refused(400, "unknown endpoint");
    asked.getMedia().forEach(endpoint::media);
    if (asked.getTransport() != null && asked.getTransport().getIceUdpTransport() != null) {
      endpoint.begin(asked.getTransport().getIceUdpTransport());
    }
    if (asked.getSources() != null) {
      if (endpoint.visitor) throw new Refused(400, "Attempt to set sources for visitor endpoint");
      endpoint.sources(asked.getSources());
    }
    if (asked.getCreate()) {
      Transport.Builder transport = Transport.getBuilder();
      transport.setIceUdpExtension(endpoint.describe());
      told.setTransport(transport.build());
    }
    return told.build();
  }

  /** What is published, to each who watches. */
  private void forward(byte[] packet, int length) {
    for (Endpoint endpoint : endpoints.values()) if (endpoint.visitor) endpoint.send(packet, length);
  }

  private void end() {
    endpoints.values().forEach(Endpoint::close);
    endpoints.clear();
    meeting = null;
  }

  private ObjectNode seen() {
    ObjectNode seen = JSON.createObjectNode();
    seen.put("meeting", meeting);
    seen.put("name", name);
    seen.put("expired", expired);
    ObjectNode all = seen.putObject("endpoints");
    endpoints.forEach((id, endpoint) -> all.set(id, endpoint.seen(JSON)));
    return seen;
  }
}
