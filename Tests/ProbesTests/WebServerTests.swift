import Configuration
import ConfigurationModel
import Glibc
import LabKit
import LinuxSystem
import NIOSSL
import NetworkTypes
import Testing

@testable import Probes

/// A certificate of its own, and one that signs it.
struct Certificates {
  let authority: String
  let certificate: String
  let key: String

  /// Made by openssl for localhost, good for some days.
  init(in folder: ServerFolder, days: Int) throws {
    (authority, certificate, key) = (folder.path("ca.pem"), folder.path("cert.pem"), folder.path("key.pem"))
    let extensions = try folder.file("extensions", "subjectAltName=DNS:localhost\n")
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try Command.check(
      ["openssl", "req", "-x509"] + newKey + [
        "-keyout", folder.path("ca.key"), "-out", authority, "-days", "100", "-subj", "/CN=Test",
      ])
    try Command.check(
      ["openssl", "req"] + newKey + ["-keyout", key, "-out", folder.path("request.pem"), "-subj", "/CN=localhost"])
    try Command.check([
      "openssl", "x509", "-req", "-in", folder.path("request.pem"), "-CA", authority, "-CAkey", folder.path("ca.key"),
      "-CAcreateserial", "-out", certificate, "-days", "\(days)", "-extfile", extensions,
    ])
    chmod(key, 0o644)
  }
}

extension ProbesTests {
  @Suite struct WebServers {
    /// nginx on two ports, the second encrypted, the third one wanting a client's certificate.
    private func nginx(
      _ folder: ServerFolder, plain: UInt16, encrypted: UInt16, mutual: UInt16, _ certificates: Certificates
    ) throws -> RealServer {
      let tls = "ssl_certificate \(certificates.certificate); ssl_certificate_key \(certificates.key);"
      let locations = """
        location /healthz { return 200 "status: ok\\n"; }
        location /sick { return 503; }
        location /moved { return 301 /healthz; }
        location /host { return 200 "$host $http_x_probe $request_method"; }
        """
      let file = try folder.file(
        "nginx.conf",
        """
        daemon off; pid \(folder.path("pid")); error_log stderr; worker_processes 2;
        \(geteuid() == 0 ? "user root;" : "")
        events { }
        http {
          access_log off; client_body_temp_path \(folder.path("body")); proxy_temp_path \(folder.path("proxy"));
          fastcgi_temp_path \(folder.path("fcgi")); uwsgi_temp_path \(folder.path("uwsgi")); scgi_temp_path \(folder.path("scgi"));
          server { listen 127.0.0.1:\(plain); \(locations) }
          server { listen 127.0.0.1:\(encrypted) ssl; \(tls) \(locations) }
          server { listen 127.0.0.1:\(mutual) ssl; \(tls)
            ssl_client_certificate \(certificates.authority); ssl_verify_client on; \(locations) }
        }
        """)
      return try RealServer(["nginx", "-p", folder.path, "-c", file, "-e", "stderr"], in: folder)
    }

    private func question(_ port: UInt16, _ target: String, _ tls: TLSOptions? = nil) -> HTTPQuestion {
      var question = HTTPQuestion(endpoint: local(port), target: target, host: "www.example.org")
      question.tls = tls
      return question
    }

    @Test(needs("nginx", "openssl")) func nginxHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let certificates = try Certificates(in: folder, days: 10)
      let (plain, encrypted, mutual) = (try freePort(), try freePort(), try freePort())
      let server = try nginx(folder, plain: plain, encrypted: encrypted, mutual: mutual, certificates)
      let healthy = await eventually(.http(question(plain, "/healthz")), success: true)
      #expect(healthy.words.hasPrefix("GET http://127.0.0.1:\(plain)/healthz: HTTP 200 in "), "\(healthy.words)")

      let sick = await ask(.http(question(plain, "/sick")))
      #expect(!sick.isSuccess && sick.words.contains("/sick: HTTP 503 in "), "\(sick.words)")
      #expect(!(await ask(.http(question(plain, "/moved")))).isSuccess)
      var moved = question(plain, "/moved")
      moved.statuses = [200...299, 301...301]
      #expect(await ask(.http(moved)).isSuccess)

      var body = question(plain, "/healthz")
      body.body = [TextPattern("^status: ok$", isExpression: true)]
      #expect(await ask(.http(body)).isSuccess)
      body.body = [TextPattern("status: fine")]
      let wrong = await ask(.http(body))
      #expect(!wrong.isSuccess && wrong.words.contains("not as it must be: \"status: fine\""), "\(wrong.words)")

      var fields = question(plain, "/host")
      fields.headers = [HTTPQuestion.HeaderField(name: "X-Probe", value: "yes")]
      fields.method = "POST"
      fields.body = [TextPattern("www.example.org yes POST")]
      #expect(await ask(.http(fields)).isSuccess)
      var head = question(plain, "/healthz")
      head.method = "HEAD"
      #expect(await ask(.http(head)).isSuccess)

      try await checkEncryption(encrypted, mutual, certificates)

      try server.hang()
      let hung = await ask(.http(question(plain, "/healthz")), timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("no answer within 2 s"), "\(hung.words)")
      let hungTLS = await ask(.http(question(encrypted, "/healthz", TLSOptions())), timeout: .seconds(2))
      #expect(!hungTLS.isSuccess && hungTLS.words.hasSuffix("no TLS handshake within 2 s"), "\(hungTLS.words)")
      try server.goOn()
      _ = await eventually(.http(question(plain, "/healthz")), success: true)
      server.kill()
      await expectRefusal(.http(question(plain, "/healthz")))
    }

    private func checkEncryption(_ encrypted: UInt16, _ mutual: UInt16, _ certificates: Certificates) async throws {
      var trusting = TLSOptions()
      trusting.authorityFile = certificates.authority
      trusting.serverName = "localhost"
      let good = await ask(.http(question(encrypted, "/healthz", trusting)))
      #expect(good.isSuccess && good.words.hasPrefix("GET https://"), "\(good.words)")

      let unknown = await ask(.http(question(encrypted, "/healthz", TLSOptions())))
      #expect(!unknown.isSuccess && unknown.words.contains("TLS: certificate verify failed"), "\(unknown.words)")
      var blind = TLSOptions()
      blind.verifies = false
      #expect(await ask(.http(question(encrypted, "/healthz", blind))).isSuccess)

      var named = trusting
      named.serverName = nil
      let nameless = await ask(.http(question(encrypted, "/healthz", named)))
      #expect(
        !nameless.isSuccess && nameless.words.contains("TLS: the certificate is not made out"), "\(nameless.words)")
      named.serverName = "www.example.org"
      let misnamed = await ask(.http(question(encrypted, "/healthz", named)))
      #expect(!misnamed.isSuccess && misnamed.words.contains("TLS: "), "\(misnamed.words)")

      var lasting = trusting
      lasting.leastDays = 5
      #expect(await ask(.http(question(encrypted, "/healthz", lasting))).isSuccess)
      lasting.leastDays = 30
      let short = await ask(.http(question(encrypted, "/healthz", lasting)))
      #expect(!short.isSuccess && short.words.contains(" more days, not 30"), "\(short.words)")

      let nobody = await ask(.http(question(mutual, "/healthz", trusting)))
      #expect(!nobody.isSuccess && nobody.words.contains("HTTP 400"), "\(nobody.words)")
      var known = trusting
      known.certificateFile = certificates.certificate
      known.keyFile = certificates.key
      #expect(await ask(.http(question(mutual, "/healthz", known))).isSuccess)
      known.keyFile = certificates.authority
      let broken = await ask(.http(question(mutual, "/healthz", known)))
      #expect(
        broken.isUnasked && !broken.isSuccess
          && broken.words.contains("TLS cannot be set up: \(certificates.authority)"), "\(broken.words)"
      )
    }

    @Test(needs("haproxy")) func haproxyHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let service = try await ScriptedServer(.silence)
      let (front, gone) = (try freePort(), try freePort())
      let socket = folder.path("admin.sock")
      let file = try folder.file(
        "haproxy.cfg",
        """
        global
          stats socket \(socket) mode 600 level admin
        defaults
          mode tcp
          timeout connect 1s
          timeout client 1s
          timeout server 1s
        frontend front
          bind 127.0.0.1:\(front)
          default_backend web
        backend web
          server s1 127.0.0.1:\(service.port) check inter 50
          server s2 127.0.0.1:\(gone) check inter 50 fall 1

        """)
      let server = try RealServer(["haproxy", "-db", "-f", file], in: folder)
      func question(_ servers: Int, of backend: String = "web") -> ProbeQuestion {
        .haproxy(HAProxyQuestion(endpoint: .path(socket), backend: backend, servers: servers))
      }
      _ = await eventually(question(1), success: true)
      let sick = await eventually(question(2), success: false)
      #expect(sick.words.contains("haproxy \(socket) backend web: 1 of 2 servers up, not 2 in "), "\(sick.words)")
      #expect(!(await ask(question(1, of: "nope"))).isSuccess)
      try server.hang()
      let hung = await ask(question(1), timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("within 2 s"), "\(hung.words)")
      server.kill()
      #expect(!(await ask(question(1))).isSuccess)
      await service.close()
    }
  }
}

extension ProbesTests {
  /// A server that reads its configuration again is not a sick one.
  @Suite struct Reloads {
    /// Asks without a pause while `reload` is called fifty times, each time for as long as it takes; what failed.
    private func failures(_ question: ProbeQuestion, _ reload: () throws -> Void) async throws -> [String] {
      var failed: [String] = []
      for _ in 0..<50 {
        try reload()
        let end = MonotonicClock.now() + .milliseconds(60)
        while MonotonicClock.now() < end {
          let outcome = await ask(question)
          if !outcome.isSuccess { failed.append(outcome.words) }
        }
      }
      return failed
    }

    @Test(needs("nginx")) func ofNginx() async throws {
      let folder = try ServerFolder()
      let port = try freePort()
      let file = try folder.file(
        "nginx.conf",
        """
        daemon off; pid \(folder.path("pid")); error_log stderr; worker_processes 2;
        \(geteuid() == 0 ? "user root;" : "")
        events { }
        http {
          access_log off; client_body_temp_path \(folder.path("body")); proxy_temp_path \(folder.path("proxy"));
          fastcgi_temp_path \(folder.path("f")); uwsgi_temp_path \(folder.path("u")); scgi_temp_path \(folder.path("s"));
          server { listen 127.0.0.1:\(port); location / { return 200 "ok"; } }
        }
        """)
      let server = try RealServer(["nginx", "-p", folder.path, "-c", file, "-e", "stderr"], in: folder)
      var question = HTTPQuestion(endpoint: local(port), target: "/", host: "localhost")
      question.body = [TextPattern("ok")]
      _ = await eventually(.http(question), success: true)
      let failed = try await failures(.http(question)) { try server.signal(SIGHUP) }
      #expect(failed.isEmpty)
    }

    @Test(needs("haproxy")) func ofHAProxy() async throws {
      let folder = try ServerFolder()
      let port = try freePort()
      let file = try folder.file(
        "haproxy.cfg",
        """
        global
          stats socket \(folder.path("admin.sock")) mode 600 level admin expose-fd listeners
        defaults
          mode http
          timeout connect 1s
          timeout client 1s
          timeout server 1s
        frontend front
          bind 127.0.0.1:\(port)
          http-request return status 200 content-type text/plain string ok

        """)
      let server = try RealServer(["haproxy", "-W", "-f", file], in: folder)
      let question = ProbeQuestion.http(HTTPQuestion(endpoint: local(port), target: "/", host: "localhost"))
      _ = await eventually(question, success: true)
      let failed = try await failures(question) { try server.signal(SIGUSR2) }
      #expect(failed.isEmpty)
    }
  }
}
