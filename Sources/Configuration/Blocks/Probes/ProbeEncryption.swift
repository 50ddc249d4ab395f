import ConfigurationModel
import ConfigurationSyntax

/// A question over a connection that may be encrypted.
protocol EncryptedModel: EndpointModel {
  /// The options of the encryption; `nil` for a plain connection.
  var tls: TLSOptions? { get set }
}

extension EncryptedModel {
  /// The options as written, even if the connection is not encrypted.
  fileprivate var encryption: TLSOptions {
    get { tls ?? TLSOptions() }
    set { tls = newValue }
  }
}

extension Setting where Model: EncryptedModel {
  /// The keywords that turn encryption on, with its options.
  static var encryption: [Setting] {
    let tls = Keyword(
      "tls", "Encrypts the connection from its start by TLS", .flag, default: "off", since: Keyword.own, .acts)
    return [.mark(tls)] + ofEncrypted
  }

  /// The options that need an encrypted connection.
  static var ofEncrypted: [Setting] {
    [
      .option(
        "verify", "Checks that the certificate is trusted and made out to the server's name", .boolean,
        \.encryption.verifies),
      .option(
        "ca_file", "Names the file with the certificates of trusted authorities", .file, \.encryption.authorityFile,
        default: "the system's"),
      .option(
        "server_name", "Sets the name that is asked for by SNI and that the certificate must have", .hostName,
        \.encryption.serverName, default: "the target's name"),
      .option(
        "cert_file", "Names the file with a certificate that the probe shows to the server", .file,
        \.encryption.certificateFile, default: "none"),
      .option(
        "key_file", "Names the file with the private key of cert_file", .file, \.encryption.keyFile,
        default: "cert_file"),
      .option(
        "min_days", "Fails when the server's certificate lasts fewer days than this", .integer(0...36_500),
        \.encryption.leastDays),
    ]
  }
}

extension ValueForm<String> {
  fileprivate static var hostName: Self {
    word("is not a possible host name", "bad-name") { Lowering.isHostName($0.text[...]) ? $0.text : nil }
  }
}

extension Lowering {
  /// The question with its encryption completed: a name is asked for unless the target is an address.
  ///
  /// - Parameter host: The name that the options give, asked for where the target is an address.
  func encrypted<Model: EncryptedModel>(
    _ statement: Statement, _ block: inout BlockReading<Model>, isAlways: Bool = false, host: String? = nil
  ) -> Model {
    guard isAlways || block.places["tls"] != nil else {
      let options = Set(Setting<Model>.ofEncrypted.map(\.keyword.name)).filter { block.places[$0] != nil }
      if let option = statement.children.first(where: { options.contains($0.words[0].text) }) {
        diagnostics.report(
          .error, "tls-off", "\(statement.words[0].text) is not encrypted, so this has no meaning", at: option.span,
          suggestion: "write tls in the block")
      }
      block.tls = nil
      return block.model
    }
    var tls = block.encryption
    if tls.serverName == nil, case .host(.name(let name), _) = block.endpoint { tls.serverName = name }
    if tls.serverName == nil, let host, Self.isHostName(host[...]) { tls.serverName = host }
    if tls.keyFile != nil, tls.certificateFile == nil {
      diagnostics.report(
        .error, "missing-option", "key_file needs cert_file", at: statement.span,
        suggestion: "name the file with the certificate")
    }
    block.tls = tls
    return block.model
  }
}
