import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// Secrets of a configuration, which nobody may see.
enum Secrets {
  /// Keywords whose lines hold a secret, by block and name, with the number of words that may be shown.
  private static let keywords: [String: Int] = [
    "vrrp_instance/authentication/auth_pass": 1, "vrrp_instance/auth_hmac/key": 2, "SSL/password": 1,
  ]
  /// Blocks in which a line with too many words may contain the line with the secret.
  private static let blocks: Set<String> = ["vrrp_instance/authentication", "vrrp_instance/auth_hmac"]

  /// Parts of the names of HTTP fields that carry credentials.
  private static let fields = ["authorization", "cookie", "token", "secret", "password", "key"]

  /// The number of words of a statement that may be shown; `nil` for all.
  static func shownWords(of statement: Statement, _ keyword: Keyword) -> Int? {
    if let shown = keywords["\(keyword.block)/\(keyword.name)"] {
      // If the number of a key is missing, the key stands in its place.
      return shown == 2 && statement.arguments.first.map { UInt16($0.text) == nil } == true ? 1 : shown
    }
    guard !blocks.contains(keyword.block) else { return 2 }
    guard keyword.name == "header", let name = statement.arguments.first?.text.lowercased() else { return nil }
    return fields.contains(where: name.contains) ? 2 : nil
  }
}
