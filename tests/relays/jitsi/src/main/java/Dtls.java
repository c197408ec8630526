// BouncyCastle's handshake (DTLS 1.2, RFC 5764) as client or as server, and jitsi-srtp with the keys that come of it.

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Date;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SRTPProtectionProfile;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jitsi.srtp.SrtcpCryptoContext;
import org.jitsi.srtp.SrtpContextFactory;
import org.jitsi.srtp.SrtpCryptoContext;
import org.jitsi.srtp.SrtpErrorStatus;
import org.jitsi.srtp.SrtpPolicy;
import org.jitsi.utils.logging2.LoggerImpl;

final class Dtls {
  /** Where packets go. */
  interface Send {
    void bytes(byte[] bytes, int at, int length) throws java.io.IOException;
  }

  /** Of a videobridge's defaults that which it prefers. */
  private static final int[] SUITES = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  };

  private static final int[] PROFILES = {
    SRTPProtectionProfile.SRTP_AEAD_AES_128_GCM, SRTPProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_80
  };

  private final BcTlsCrypto crypto = new BcTlsCrypto();
  private final AsymmetricKeyParameter key;
  private final Certificate certificate;
  private final String fingerprint;
  private final Send send;
  private final LinkedBlockingQueue<byte[]> heard = new LinkedBlockingQueue<>(128);
  private final Map<Integer, SrtpCryptoContext> opens = new ConcurrentHashMap<>();
  private final Map<Integer, SrtpCryptoContext> seals = new ConcurrentHashMap<>();
  private SrtcpCryptoContext reports;
  private SrtpContextFactory ours;
  private SrtpContextFactory theirs;
  private int profile;
  private byte[] keys;
  private volatile boolean ready;
  private volatile String role = "";

  Dtls(Send send) throws Exception {
    this.send = send;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    X500Name name = new X500Name("CN=parts");
    Date from = new Date(System.currentTimeMillis() - 86_400_000L);
    Date to = new Date(System.currentTimeMillis() + 7 * 86_400_000L);
    X509CertificateHolder made =
        new JcaX509v3CertificateBuilder(name, BigInteger.ONE, from, to, name, pair.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    key = PrivateKeyFactory.createKey(pair.getPrivate().getEncoded());
    certificate = new Certificate(new TlsCertificate[] {new BcTlsCertificate(crypto, made.getEncoded())});
    fingerprint = print(made.getEncoded());
  }

  private static String print(byte[] der) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(der);
    StringBuilder text = new StringBuilder();
    for (byte each : digest) text.append(text.isEmpty() ? "" : ":").append(String.format("%02X", each));
    return text.toString();
  }

  String fingerprint() {
    return fingerprint;
  }

  boolean ready() {
    return ready;
  }

  String role() {
    return role;
  }

  void received(byte[] bytes, int length) {
    heard.offer(Arrays.copyOf(bytes, length));
  }

  private final DatagramTransport transport = new DatagramTransport() {
    public int getReceiveLimit() {
      return 1500;
    }

    public int getSendLimit() {
      return 1200;
    }

    public int receive(byte[] bytes, int at, int length, int millis) {
      try {
        byte[] next = heard.poll(millis, TimeUnit.MILLISECONDS);
        if (next == null) return -1;
        System.arraycopy(next, 0, bytes, at, Math.min(length, next.length));
        return Math.min(length, next.length);
      } catch (InterruptedException ended) {
        return -1;
      }
    }

    public void send(byte[] bytes, int at, int length) throws java.io.IOException {
      send.bytes(bytes, at, length);
    }

    public void close() {}
  };

  /** By the role that the other side leaves; its certificate has to have this fingerprint. */
  void shake(String setup, String expected) throws Exception {
    boolean client = setup.equals("passive");
    role = client ? "client" : "server";
    if (client) new DTLSClientProtocol().connect(new Client(expected), transport);
    else new DTLSServerProtocol().accept(new Server(expected), transport);
    boolean gcm = profile == SRTPProtectionProfile.SRTP_AEAD_AES_128_GCM;
    int salt = gcm ? 12 : 14;
    byte[][] parts = new byte[4][];
    int[] lengths = {16, 16, salt, salt};
    for (int part = 0, at = 0; part < 4; at += lengths[part++]) parts[part] = Arrays.copyOfRange(keys, at, at + lengths[part]);
    int own = client ? 0 : 1;
    ours = factory(true, parts[own], parts[2 + own], gcm);
    theirs = factory(false, parts[1 - own], parts[3 - own], gcm);
    reports = ours.deriveControlContext(1);
    ready = true;
  }

  private static SrtpContextFactory factory(boolean sends, byte[] key, byte[] salt, boolean gcm) {
    SrtpPolicy[] policies = new SrtpPolicy[2];
    for (int at = 0; at < 2; at++) {
      policies[at] =
          gcm
              ? new SrtpPolicy(SrtpPolicy.AESGCM_ENCRYPTION, 16, SrtpPolicy.NULL_AUTHENTICATION, 0, 16, salt.length)
              : new SrtpPolicy(SrtpPolicy.AESCM_ENCRYPTION, 16, SrtpPolicy.HMACSHA1_AUTHENTICATION, 20, 10, salt.length);
    }
    return new SrtpContextFactory(sends, key, salt, policies[0], policies[1], new LoggerImpl("srtp"));
  }

  /** Opens a packet in its place; its length then, or -1. */
  int open(byte[] packet, int length, int ssrc) throws Exception {
    SrtpCryptoContext context = opens.get(ssrc);
    if (context == null) opens.put(ssrc, context = theirs.deriveContext(ssrc, 0));
    Bytes bytes = new Bytes(packet, length);
    return context.reverseTransformPacket(bytes, false) == SrtpErrorStatus.OK ? bytes.getLength() : -1;
  }

  /** Sends a copy of a packet, sealed. */
  void seal(byte[] packet, int length) throws Exception {
    int ssrc = java.nio.ByteBuffer.wrap(packet).getInt(8);
    SrtpCryptoContext context = seals.get(ssrc);
    if (context == null) seals.put(ssrc, context = ours.deriveContext(ssrc, 0));
    Bytes bytes = new Bytes(Arrays.copyOf(packet, length + 64), length);
    context.transformPacket(bytes);
    send.bytes(bytes.getBuffer(), bytes.getOffset(), bytes.getLength());
  }

  /** A PLI (RFC 4585 section 6.3.1). */
  void wishKeyframe(int ssrc) throws Exception {
    java.nio.ByteBuffer pli = java.nio.ByteBuffer.allocate(128);
    pli.put((byte) 0x81).put((byte) 206).putShort((short) 2).putInt(1).putInt(ssrc);
    Bytes bytes = new Bytes(pli.array(), 12);
    reports.transformPacket(bytes);
    send.bytes(bytes.getBuffer(), bytes.getOffset(), bytes.getLength());
  }

  private void check(Certificate theirs, String expected) throws java.io.IOException {
    try {
      if (print(theirs.getCertificateAt(0).getEncoded()).equalsIgnoreCase(expected)) return;
    } catch (Exception unreadable) {
      // As below.
    }
    throw new TlsFatalAlert(AlertDescription.bad_certificate);
  }

  private TlsCredentialedSigner signer(TlsContext context) {
    return new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context), crypto, key, certificate, new SignatureAndHashAlgorithm(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
  }

  private void done(TlsContext context) {
    int salt = profile == SRTPProtectionProfile.SRTP_AEAD_AES_128_GCM ? 12 : 14;
    keys = context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (16 + salt));
  }

  private final class Client extends DefaultTlsClient {
    private final String expected;

    Client(String expected) {
      super(Dtls.this.crypto);
      this.expected = expected;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
      return SUITES;
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Hashtable getClientExtensions() throws java.io.IOException {
      Hashtable all = super.getClientExtensions();
      TlsSRTPUtils.addUseSRTPExtension(all, new UseSRTPData(PROFILES, TlsUtils.EMPTY_BYTES));
      return all;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void processServerExtensions(Hashtable all) throws java.io.IOException {
      super.processServerExtensions(all);
      UseSRTPData chosen = TlsSRTPUtils.getUseSRTPExtension(all);
      if (chosen == null) throw new TlsFatalAlert(AlertDescription.handshake_failure);
      profile = chosen.getProtectionProfiles()[0];
    }

    @Override
    public TlsAuthentication getAuthentication() {
      return new TlsAuthentication() {
        public void notifyServerCertificate(TlsServerCertificate theirs) throws java.io.IOException {
          check(theirs.getCertificate(), expected);
        }

        public TlsCredentials getClientCredentials(CertificateRequest request) {
          return signer(context);
        }
      };
    }

    @Override
    public void notifyHandshakeComplete() throws java.io.IOException {
      super.notifyHandshakeComplete();
      done(context);
    }
  }

  private final class Server extends DefaultTlsServer {
    private final String expected;

    Server(String expected) {
      super(Dtls.this.crypto);
      this.expected = expected;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
      return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
      return SUITES;
    }

    @Override
    protected TlsCredentialedSigner getECDSASignerCredentials() {
      return signer(context);
    }

    @Override
    public CertificateRequest getCertificateRequest() {
      java.util.Vector<SignatureAndHashAlgorithm> algorithms = new java.util.Vector<>();
      algorithms.add(new SignatureAndHashAlgorithm(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
      algorithms.add(new SignatureAndHashAlgorithm(HashAlgorithm.sha256, SignatureAlgorithm.rsa));
      return new CertificateRequest(new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign}, algorithms, null);
    }

    @Override
    public void notifyClientCertificate(Certificate theirs) throws java.io.IOException {
      check(theirs, expected);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void processClientExtensions(Hashtable all) throws java.io.IOException {
      super.processClientExtensions(all);
      UseSRTPData offered = TlsSRTPUtils.getUseSRTPExtension(all);
      for (int wanted : PROFILES) {
        if (profile == 0 && offered != null && Arrays.stream(offered.getProtectionProfiles()).anyMatch((of) -> of == wanted)) profile = wanted;
      }
      if (profile == 0) throw new TlsFatalAlert(AlertDescription.handshake_failure);
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Hashtable getServerExtensions() throws java.io.IOException {
      Hashtable all = super.getServerExtensions();
      if (all == null) all = new Hashtable();
      TlsSRTPUtils.addUseSRTPExtension(all, new UseSRTPData(new int[] {profile}, TlsUtils.EMPTY_BYTES));
      return all;
    }

    @Override
    public void notifyHandshakeComplete() throws java.io.IOException {
      super.notifyHandshakeComplete();
      done(context);
    }
  }
}
