import Configuration
import ConfigurationSyntax

/// What of a configuration nobody may see.
enum Secrets {
  /// Keywords whose lines hold a secret, by block and name, and how many words of the line may be seen.
  static let keywords: [String: Int] = [
    "vrrp_instance/authentication/auth_pass": 1, "vrrp_instance/auth_hmac/key": 2, "SSL/password": 1,
  ]

  /// Fields of a request that prove who asks, as far as their names say so.
  private static let fields = ["authorization", "cookie", "token", "secret", "password", "key"]

  /// How many words of a statement may be seen; `nil` for all.
  static func shownWords(of statement: Statement, _ keyword: Keyword) -> Int? {
    if let shown = keywords["\(keyword.block)/\(keyword.name)"] { return shown }
    guard keyword.name == "header", let name = statement.arguments.first?.text.lowercased() else { return nil }
    return fields.contains(where: name.contains) ? 2 : nil
  }
}
