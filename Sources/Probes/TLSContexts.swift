import ConfigurationModel
import Glibc
import NIOCore
import NIOSSL
import Synchronization

/// TLS context with the settings of one probe.
struct TLSClient: Sendable {
  let context: NIOSSLContext
  let serverName: String?
  let leastDays: Int
}

/// TLS contexts by their options. A context holds the system's authorities, about one mebibyte, so probes share contexts.
final class TLSContexts: Sendable {
  private struct Key: Hashable {
    var options: TLSOptions
  }

  private let known = Mutex<[Key: NIOSSLContext]>([:])

  /// Client for a connection with these options; `nil` if there are none.
  func client(_ options: TLSOptions?) throws(ProbeObstacle) -> TLSClient? {
    guard let options else { return nil }
    var key = Key(options: options)
    key.options.serverName = nil
    key.options.leastDays = 0
    let made = known.withLock { $0[key] }
    let context: NIOSSLContext
    if let made {
      context = made
    } else {
      context = try Self.context(options)
      // A renewed certificate must be read at the next reload, so only contexts without files are kept.
      if options.certificateFile == nil, options.authorityFile == nil { known.withLock { $0[key] = context } }
    }
    return TLSClient(context: context, serverName: options.serverName, leastDays: options.leastDays)
  }

  private static func context(_ options: TLSOptions) throws(ProbeObstacle) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = options.verifies ? .fullVerification : .none
    var reading = ""
    do {
      if let path = options.authorityFile {
        reading = path
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
      }
      if let path = options.certificateFile {
        reading = path
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
        reading = options.keyFile ?? path
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: reading, format: .pem))
      }
      reading = ""
      return try NIOSSLContext(configuration: configuration)
    } catch {
      let place = reading.isEmpty ? "" : "\(reading): "
      throw ProbeObstacle(words: "TLS cannot be set up: \(place)\(ProbeRun.words(for: error))")
    }
  }
}

extension TLSClient {
  /// Adds the encryption to a channel as its first handler.
  func add(to channel: any Channel) throws {
    let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
    try channel.pipeline.syncOperations.addHandler(handler, position: .first)
  }

  /// Failure if the server's certificate has expired or expires too soon, for use after the handshake; `nil` if it lasts
  /// long enough.
  func complaint(_ context: ChannelHandlerContext) -> Finding? {
    guard leastDays > 0 else { return nil }
    guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else {
      return .failure("TLS: there is no certificate")
    }
    let left = Int(certificate.notValidAfter) - time(nil)
    guard left < leastDays * 86_400 else { return nil }
    let days = max(0, left / 86_400)
    return .failure(
      left < 0
        ? "the certificate has expired"
        : "the certificate lasts \(days) more day\(days == 1 ? "" : "s"), not \(leastDays)")
  }
}
