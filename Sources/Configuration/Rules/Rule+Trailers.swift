import ConfigurationSyntax

extension Rule {
  private static let key = String(repeating: "0123456789abcdef", count: 4)

  /// What is found in `auth_hmac`.
  static let trailers: [Rule] = [
    Rule(
      "active-key", .meaning, .error, "auth_hmac has no key to sign with",
      "keepalived would run without authentication, which is not what was asked for.",
      hmac("key 1 \(key)", "key 1 \(key)\nactive_key 1")),
    Rule(
      "comment-in-key", .meaning, .warning, "A comment begins inside a key",
      "# and ! begin a comment outside double quotes, so the key ends there.",
      hmac("key 1 \(key)#x\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "duplicate-key", .meaning, .error, "Two keys have one number",
      "Adverts name their key by its number; keepalived ignores the second one.",
      hmac("key 1 \(key)\nkey 1 \(key)\nactive_key 1", "key 1 \(key)\nkey 2 \(key)\nactive_key 1")),
    Rule(
      "key-file", .meaning, .error, "The file of a key cannot be read, or its path is not whole",
      "Without its key no advert could be signed or taken.",
      hmac("key 1 file:keys/one\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "key-file-readable", .host, .warning, "Every user of the host can read the file of a key",
      "Whoever has the key can take the addresses over. Let the file belong to root with mode 0600."),
    Rule(
      "key-length", .meaning, .error, "A key is shorter than 32 bytes or longer than 64",
      "keepalived ignores such a key. Make one with openssl rand -hex 32, and write hex: before it.",
      hmac("key 1 short\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "key-number", .meaning, .error, "The number of a key is not from 1 to 255",
      "Adverts name their key by this number, in one byte.",
      hmac("key 256 \(key)\nkey 1 \(key)\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "key-text", .meaning, .error, "What follows hex: is not pairs of hexadecimal digits",
      "Each byte of the key is two digits from 0 to 9 and a to f.",
      hmac("key 1 hex:\(key)zz\nactive_key 1", "key 1 hex:\(key)\nactive_key 1")),
    Rule(
      "key-without-value", .meaning, .error, "A key has a number and no value", "Write both on one line.",
      hmac("key 1\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "two-authentications", .meaning, .warning, "A router has both auth_hmac and authentication",
      "auth_hmac signs the adverts, and the other is left out, as in keepalived.",
      .instance(
        "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}\nauthentication {\n  auth_type PASS\n  auth_pass x\n}",
        "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}")),
    Rule(
      "unsigned-adverts", .lint, .note, "Adverts are not signed",
      "One false advert of priority 255 makes the master yield and keeps the addresses from everybody for up to two minutes. auth_pass stands in each advert for all to read; auth_hmac and auth_type AH sign the adverts. docs/authentication.md says what each keeps out.",
      .instance("priority 100", "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}")),
  ]

  private static func hmac(_ wrong: String, _ right: String) -> Example {
    .instance("auth_hmac {\n\(wrong)\n}", "auth_hmac {\n\(right)\n}")
  }
}
