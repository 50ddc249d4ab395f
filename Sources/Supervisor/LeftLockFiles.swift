import Glibc
import LinuxSystem

/// The lock files of network namespaces in which no martlet runs any more. Each namespace has a number of its own, so a host that makes
/// namespaces all day would gather a file for each.
enum LeftLockFiles {
  /// The name of a namespace's lock file.
  static func name(of namespace: UInt64) -> String { "addresses-\(namespace).lock" }

  /// Removes those that nobody uses from a directory, but for one.
  static func remove(from directory: String, except kept: String) {
    guard let entries = opendir(directory) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != kept, isLockFile(name) { AddressLocks.removeUnused(path: directory + "/" + name) }
    }
  }

  private static func isLockFile(_ name: String) -> Bool {
    guard name.hasPrefix("addresses-"), name.hasSuffix(".lock") else { return false }
    let number = name.utf8.dropFirst("addresses-".utf8.count).dropLast(".lock".utf8.count)
    return !number.isEmpty && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
