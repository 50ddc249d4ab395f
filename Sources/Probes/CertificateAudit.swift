import ConfigurationModel
import Glibc
import NIOSSL

/// Reads the certificates and keys that probes name, as a probe would when it is first run.
public enum CertificateAudit {
  /// Files that no probe could use, with the reasons. A file that this process may not read is left out, since the service
  /// may be allowed to read it.
  package static func faults(of configuration: Configuration) -> [(path: String, reason: String)] {
    var faults: [(path: String, reason: String)] = []
    var seen: Set<TLSOptions> = []
    for options in configuration.probes.compactMap(\.question.tls) where seen.insert(options).inserted {
      if let fault = fault(of: options), !faults.contains(where: { $0.path == fault.path }) { faults.append(fault) }
    }
    return faults
  }

  private static func fault(of options: TLSOptions) -> (path: String, reason: String)? {
    for path in [options.authorityFile, options.certificateFile].compactMap(\.self) where access(path, R_OK) == 0 {
      let certificates = try? NIOSSLCertificate.fromPEMFile(path)
      if certificates?.isEmpty != false { return (path, "holds no certificate in PEM form") }
    }
    guard let certificate = options.certificateFile else { return nil }
    let path = options.keyFile ?? certificate
    guard access(path, R_OK) == 0, access(certificate, R_OK) == 0 else { return nil }
    guard let key = try? NIOSSLPrivateKey(file: path, format: .pem) else {
      return (path, "holds no private key in PEM form" + (options.keyFile == nil ? ", and there is no key_file" : ""))
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    // No server is asked, so the system's authorities need not be read.
    configuration.trustRoots = .certificates([])
    configuration.certificateChain = ((try? NIOSSLCertificate.fromPEMFile(certificate)) ?? []).map { .certificate($0) }
    configuration.privateKey = .privateKey(key)
    return (try? NIOSSLContext(configuration: configuration)) == nil
      ? (path, "holds a key that does not belong to the certificate in \(certificate)") : nil
  }
}

extension ProbeQuestion {
  /// TLS options of the question's connection; `nil` if it is not encrypted.
  fileprivate var tls: TLSOptions? {
    switch self {
    case .http(let question): question.tls
    case .stream(let question): question.tls
    case .smtp(let question): question.tls
    case .redis(let question): question.tls
    default: nil
    }
  }
}
