import ConfigurationSyntax
import Glibc

/// `make docs`: writes the tables into the document that is named first, and the manual page to the path that is named second.
@main
enum ReferenceProgram {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { end("Usage: Reference DOCUMENT PAGE") }
    guard let bytes = try? DiskSourceFiles().read(arguments[1]) else { end("\(arguments[1]) cannot be read") }
    guard let document = MarkdownReference().renewed(String(decoding: bytes, as: UTF8.self)) else {
      end("\(arguments[1]) has no place for the tables")
    }
    write(document, to: arguments[1])
    write(ManualPage().text, to: arguments[2])
  }

  private static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { end("\(path) cannot be written") }
    let isWritten = fputs(text, file) >= 0
    guard fclose(file) == 0, isWritten else { end("\(path) cannot be written") }
  }

  private static func end(_ message: String) -> Never {
    let bytes = Array("Reference: \(message)\n".utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(1)
  }
}
