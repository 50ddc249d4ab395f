import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// What of a configuration nobody may see.
enum Secrets {
  /// Keywords whose lines hold a secret, by block and name, and how many words of the line may be seen.
  private static let keywords: [String: Int] = [
    "vrrp_instance/authentication/auth_pass": 1, "vrrp_instance/auth_hmac/key": 2, "SSL/password": 1,
  ]
  /// Blocks in which a line that has too many words may have swallowed the one with the secret, as on one line with it.
  private static let blocks: Set<String> = ["vrrp_instance/authentication", "vrrp_instance/auth_hmac"]

  /// Fields of a request that prove who asks, as far as their names say so.
  private static let fields = ["authorization", "cookie", "token", "secret", "password", "key"]

  /// How many words of a statement may be seen; `nil` for all.
  static func shownWords(of statement: Statement, _ keyword: Keyword) -> Int? {
    if let shown = keywords["\(keyword.block)/\(keyword.name)"] {
      // The number of a key may be forgotten, and the key stand in its place.
      return shown == 2 && statement.arguments.first.map { UInt16($0.text) == nil } == true ? 1 : shown
    }
    guard !blocks.contains(keyword.block) else { return 2 }
    guard keyword.name == "header", let name = statement.arguments.first?.text.lowercased() else { return nil }
    return fields.contains(where: name.contains) ? 2 : nil
  }
}
