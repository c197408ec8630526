// One endpoint: ice4j's agent, BouncyCastle's handshake by the role that the other side leaves, and the packets behind both.

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.ice4j.ice.Agent;
import org.ice4j.ice.Component;
import org.ice4j.ice.IceMediaStream;
import org.ice4j.ice.IceProcessingState;
import org.ice4j.ice.LocalCandidate;
import org.jitsi.xmpp.extensions.colibri2.Media;
import org.jitsi.xmpp.extensions.colibri2.Sources;
import org.jitsi.xmpp.extensions.jingle.CandidateType;
import org.jitsi.xmpp.extensions.jingle.DtlsFingerprintPacketExtension;
import org.jitsi.xmpp.extensions.jingle.IceCandidatePacketExtension;
import org.jitsi.xmpp.extensions.jingle.IceRtcpmuxPacketExtension;
import org.jitsi.xmpp.extensions.jingle.IceUdpTransportPacketExtension;

final class Endpoint {
  /** Hands on what somebody published. */
  interface Forward {
    void packet(byte[] packet, int length);
  }

  final boolean visitor;
  private final Agent agent = new Agent();
  private final IceMediaStream stream = agent.createMediaStream("media");
  private final Component component;
  private final Dtls dtls;
  private final Forward forward;
  private final Map<Long, Long> packets = new ConcurrentHashMap<>();
  private final List<String> formats = new ArrayList<>();
  private List<Long> layers = List.of();
  private long sound = -1;
  private volatile String wrong;
  private volatile boolean closed;

  Endpoint(boolean controlling, boolean visitor, Forward forward) throws Exception {
    this.visitor = visitor;
    this.forward = forward;
    agent.setControlling(controlling);
    component = agent.createComponent(stream, 20000, 20000, 20500);
    dtls = new Dtls((bytes, at, length) -> component.send(bytes, at, length));
  }

  void media(Media media) {
    media.getPayloadTypes().forEach((type) -> formats.add(media.getType() + " " + type.getID() + " " + type.getName()));
    media.getRtpHdrExts().forEach((extension) -> formats.add(media.getType() + " " + extension.getID() + " " + extension.getURI()));
  }

  void sources(Sources sources) {
    sources.getMediaSources().forEach((source) -> {
      if (source.getType().toString().equals("audio")) sound = source.getSources().get(0).getSSRC();
      source.getSsrcGroups().forEach((group) -> {
        List<Long> ssrcs = group.getSources().stream().map((of) -> of.getSSRC()).toList();
        if (group.getSemantics().equals("SIM")) layers = ssrcs;
      });
    });
  }

  IceUdpTransportPacketExtension describe() {
    IceUdpTransportPacketExtension told = new IceUdpTransportPacketExtension();
    told.setUfrag(agent.getLocalUfrag());
    told.setPassword(agent.getLocalPassword());
    told.addChildExtension(new IceRtcpmuxPacketExtension());
    int id = 0;
    for (LocalCandidate of : component.getLocalCandidates()) {
      IceCandidatePacketExtension candidate = new IceCandidatePacketExtension();
      candidate.setComponent(1);
      candidate.setFoundation(of.getFoundation());
      candidate.setProtocol(of.getTransport().toString());
      candidate.setPriority(of.getPriority());
      candidate.setGeneration(0);
      candidate.setNetwork(0);
      candidate.setID(String.valueOf(id++));
      candidate.setIP(of.getTransportAddress().getHostAddress());
      candidate.setPort(of.getTransportAddress().getPort());
      candidate.setType(CandidateType.valueOf(of.getType().toString()));
      told.addCandidate(candidate);
    }
    DtlsFingerprintPacketExtension print = new DtlsFingerprintPacketExtension();
    print.setHash("sha-256");
    print.setFingerprint(dtls.fingerprint());
    print.setSetup("actpass");
    told.addChildExtension(print);
    return told;
  }

  /** As the bridge begins: without candidates of the other side, and by the role that it leaves. */
  void begin(IceUdpTransportPacketExtension theirs) {
    stream.setRemoteUfrag(theirs.getUfrag());
    stream.setRemotePassword(theirs.getPassword());
    DtlsFingerprintPacketExtension print = theirs.getFirstChildOfType(DtlsFingerprintPacketExtension.class);
    agent.addStateChangeListener((event) -> {
      if (agent.getState() == IceProcessingState.COMPLETED || agent.getState() == IceProcessingState.FAILED) connected(print);
    });
    agent.startConnectivityEstablishment();
  }

  private boolean begun;

  private synchronized void connected(DtlsFingerprintPacketExtension print) {
    if (begun || agent.getState() == IceProcessingState.FAILED) return;
    begun = true;
    Thread reads = new Thread(this::read);
    reads.setDaemon(true);
    reads.start();
    Thread shakes = new Thread(() -> {
      try {
        dtls.shake(print.getSetup(), print.getFingerprint());
        if (!visitor) ask();
      } catch (Exception refused) {
        wrong = String.valueOf(refused);
      }
    });
    shakes.setDaemon(true);
    shakes.start();
  }

  private void read() {
    byte[] buffer = new byte[2048];
    while (!closed) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        component.getSocket().receive(packet);
        int first = buffer[0] & 0xff;
        if (first >= 20 && first < 64) dtls.received(buffer, packet.getLength());
        else if (first >= 128 && first < 192) media(buffer, packet.getLength());
      } catch (Exception gone) {
        if (component.getSocket() == null || component.getSocket().isClosed()) return;
      }
    }
  }

  private void media(byte[] packet, int length) throws Exception {
    int type = packet[1] & 0xff;
    if (!dtls.ready() || (type >= 192 && type < 224)) return;
    long ssrc = ByteBuffer.wrap(packet).getInt(8) & 0xffffffffL;
    int open = dtls.open(packet, length, (int) ssrc);
    if (open < 0) return;
    packets.merge(ssrc, 1L, Long::sum);
    if (ssrc == sound || (!layers.isEmpty() && ssrc == layers.get(0))) forward.packet(packet, open);
  }

  /** Wants a keyframe of each layer once a second. */
  private void ask() throws Exception {
    while (!closed) {
      for (long ssrc : layers) dtls.wishKeyframe((int) ssrc);
      Thread.sleep(1000);
    }
  }

  void send(byte[] packet, int length) {
    try {
      if (dtls.ready()) dtls.seal(packet, length);
    } catch (Exception gone) {
      wrong = String.valueOf(gone);
    }
  }

  void close() {
    closed = true;
    agent.free();
  }

  ObjectNode seen(ObjectMapper json) {
    ObjectNode seen = json.createObjectNode();
    seen.put("visitor", visitor);
    seen.put("ice", agent.getState().toString());
    seen.put("dtls", dtls.ready());
    seen.put("role", dtls.role());
    seen.put("wrong", wrong);
    seen.set("formats", json.valueToTree(formats));
    seen.set("layers", json.valueToTree(layers));
    seen.put("sound", sound);
    seen.set("packets", json.valueToTree(new TreeMap<>(packets)));
    return seen;
  }
}
