import Configuration
import ConfigurationModel
import Glibc
import LabKit
import Probes
import Testing

extension ProbesTests {
  @Suite struct CertificateAuditing {
    /// A configuration with one probe that has these files.
    private func faults(_ change: (inout TLSOptions) -> Void) -> [String] {
      var options = TLSOptions()
      change(&options)
      let question = StreamQuestion(endpoint: .host(.name("localhost"), port: 443), tls: options)
      var configuration = Configuration()
      configuration.probes = [
        ProbeDefinition(name: "a", question: .stream(question)),
        ProbeDefinition(name: "b", question: .stream(question)),
      ]
      return CertificateAudit.faults(of: configuration).map {
        "\($0.path.split(separator: "/").last ?? "") \($0.reason)"
      }
    }

    @Test("Certificates and keys that are none are found before anybody is asked", needs("openssl"))
    func files() throws {
      let folder = try ServerFolder()
      for name in ["one", "two"] {
        try Command.check(
          [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=\(name)", "-keyout", folder.path("\(name).key"), "-out", folder.path("\(name).pem"),
          ])
      }
      _ = try folder.file("text", "no certificate\n")
      _ = try folder.file("empty", "")
      _ = try folder.file("torn", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
      #expect(
        faults {
          ($0.authorityFile, $0.certificateFile, $0.keyFile) = (
            folder.path("two.pem"), folder.path("one.pem"), folder.path("one.key")
          )
        } == [])
      for name in ["text", "empty", "torn", "one.key"] {
        #expect(faults { $0.authorityFile = folder.path(name) } == ["\(name) holds no certificate in PEM form"])
        #expect(
          faults { ($0.certificateFile, $0.keyFile) = (folder.path(name), folder.path("one.key")) }
            == ["\(name) holds no certificate in PEM form"])
      }
      #expect(
        faults { $0.certificateFile = folder.path("one.pem") }
          == ["one.pem holds no private key in PEM form, and there is no key_file"])
      #expect(
        faults { ($0.certificateFile, $0.keyFile) = (folder.path("one.pem"), folder.path("text")) }
          == ["text holds no private key in PEM form"])
      let other = faults { ($0.certificateFile, $0.keyFile) = (folder.path("one.pem"), folder.path("two.key")) }
      #expect(
        other.first?.hasPrefix("two.key holds a key that does not belong to the certificate in") == true, "\(other)")
    }
  }
}
