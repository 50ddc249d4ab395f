/// A configuration as bytes, which engine and prober read instead of the file's text.
///
/// The fields follow one another, each written by its type, so writer and reader must agree on them: the bundle names the ``layout``
/// with which it was written. A change of a field of the model must raise that number; `ImageLayoutTests` fails until it does.
package enum ConfigurationImage {
  /// Number of the layout.
  package static let layout: UInt64 = 2

  /// The image of a configuration; equal configurations have equal images.
  package static func encode(_ configuration: Configuration) -> [UInt8] {
    var writer = ImageWriter()
    configuration.write(to: &writer)
    return writer.bytes
  }

  /// Reads the configuration of an image. Any bytes may be given: bad ones throw and never trap.
  package static func decode(_ bytes: [UInt8]) throws(ImageError) -> Configuration {
    var reader = ImageReader(bytes)
    let configuration = try Configuration(from: &reader)
    guard reader.remaining == 0 else { throw .damaged }
    return configuration
  }
}
