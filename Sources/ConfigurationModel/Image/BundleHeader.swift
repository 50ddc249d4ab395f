/// Head of the file that the loader hands over: where the configuration's image is, and where the sources are that it was read from.
///
/// The file is this head, the image for engine and prober, and the sources for whoever compares configurations.
public struct BundleHeader: Sendable, Hashable {
  /// Bytes that the head takes.
  public static let size = 32

  private static let magic = Array("martlet-bundle-2".utf8)

  /// Bytes of the file that hold the image.
  public let image: Range<Int>
  /// Offset of the sources, which go on to the end of the file.
  public var sourcesOffset: Int { image.upperBound }

  /// Reads a head, the first ``size`` bytes of a file.
  /// - Throws: `notABundle` if it is none; `otherLayout` if the image was written in another layout than this program's.
  public init(decoding bytes: [UInt8]) throws(ImageError) {
    guard bytes.count >= Self.size, bytes.starts(with: Self.magic) else { throw .notABundle }
    func number(at offset: Int) -> UInt64 {
      bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let layout = number(at: 16)
    guard layout == ConfigurationImage.layout else { throw .otherLayout(layout) }
    guard let length = Int(exactly: number(at: 24)), length <= Int.max - Self.size else { throw .damaged }
    image = Self.size..<Self.size + length
  }

  /// A whole file.
  public static func bundle(image: [UInt8], sources: [UInt8]) -> [UInt8] {
    var bytes = magic
    for number in [ConfigurationImage.layout, UInt64(image.count)] {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }
    return bytes + image + sources
  }
}
