import ConfigurationSyntax

extension Rule {
  /// Rules for the text itself.
  static let syntax: [Rule] = [
    Rule(
      "unreadable-file", .syntax, .error, "The configuration file cannot be read",
      "The file named on the command line does not exist, is not a regular file, is too long, or may not be opened. Nothing is checked.",
      remedy: "look at the path, and at who may read the file"),
    Rule(
      "unknown-keyword", .syntax, .error, "A word is not a keyword of the block that it stands in",
      "The line is ignored, as keepalived does. Where a block follows it within another, keepalived takes the lines of that block for lines of the one around, and its } for the end of that one, so that the rest is lost: addresses, trackers. martlet leaves out the unknown block alone and reads on, so beside a keepalived that has the same file it may serve more. Of an unknown block outside all others both read the lines that may stand outside: a vrrp_instance in it is served. A misspelt vrrp_instance is an error, since its addresses would be served by nobody. The keyword that was probably meant is named.",
      .instance("no_preempt", "nopreempt"),
      remedy: "take the line out, or look whether a block above is closed too early"),
    Rule(
      "misplaced-keyword", .syntax, .warning, "A keyword stands in a block that does not know it",
      "The line is ignored, as keepalived does. Move it into the block that is named.",
      .instance("router_id left", "priority 100")),
    Rule(
      "equals-sign", .syntax, .warning, "An equals sign stands between a keyword and its value",
      "Words are separated by blanks and nothing else, so NAME=VALUE is one unknown word and the line is ignored.",
      .instance("priority=150", "priority 150")),
    Rule(
      "no-break-space", .syntax, .warning, "A no-break space takes the place of a blank",
      "Text copied from a web page or a document may hold no-break spaces (U+00A0), which look like blanks and are none: two words become one unknown one, and the line is ignored.",
      .instance("priority\u{A0}150", "priority 150")),
    Rule(
      "typographic-quote", .syntax, .warning, "A typographic quote stands where a plain one belongs",
      "Only \" is a quote. A typographic one, from a document or a chat, becomes part of the word: a command with it names a program that does not exist.",
      .instance("notify_master \u{201C}/bin/true\u{201D}", "notify_master \"/bin/true\"")),
    Rule(
      "unterminated-quote", .syntax, .warning, "A quote is not closed on its line",
      "A quote ends on the line on which it begins. keepalived loses what follows it on the line.",
      .instance("notify_master \"/bin/true", "notify_master \"/bin/true\"")),
    Rule(
      "escaped-comment", .syntax, .warning, "A backslash does not take a comment sign its meaning",
      "keepalived begins a comment at # and ! outside double quotes, whatever stands before them.",
      .instance("notify_master /bin/a\\#b", "notify_master \"/bin/a#b\"")),
    Rule(
      "comment-backslash", .syntax, .warning, "A comment ends in a backslash",
      "keepalived takes the comment away, reads the backslash as a keyword, and complains; martlet reads nothing of the line.",
      .file("# more to come \\", "# more to come")),
    Rule(
      "missing-opening-brace", .syntax, .warning, "A keyword that has a block is not followed by {",
      "What follows is read as its block, as keepalived does.",
      .file("global_defs\n  router_id left\n}", "global_defs {\n  router_id left\n}")),
    Rule(
      "missing-closing-brace", .syntax, .error, "A block is not closed",
      "keepalived reads on inside the block: a vrrp_instance that follows is swallowed by the one before it, with its number and its addresses. martlet closes the blocks before a keyword that can only stand outside, and refuses the file. At the end of the configuration, where nothing can be swallowed, it is a warning.",
      .file("global_defs {\n  router_id left", "global_defs {\n  router_id left\n}"), remedy: "close the block with }"),
    Rule(
      "extra-brace", .syntax, .error, "A } closes nothing",
      "It is ignored. Often a block above it was closed too early.", .file("global_defs {\n}\n}", "global_defs {\n}")),
    Rule(
      "unexpected-brace", .syntax, .warning, "A { follows a keyword that has no block",
      "It is ignored, and so is the } that belongs to it. Often several keywords stand on one line: each needs a line of its own.",
      .instance("priority 100 {\n}", "priority 100"),
      remedy: "give the keyword that has the block a line of its own, or take the braces out"),
    Rule(
      "layout-changes-meaning", .syntax, .error, "martlet fmt would change what a file means",
      "Before a layout is taken, the file is read as it is and as it would be, and both must come to the same. This is a net for what was overlooked, and nothing should fall into it: the file stays as it is."
    ),
    Rule(
      "file-too-large", .syntax, .error, "martlet fmt would make a file too long to be read",
      "Every block moves its lines in. A file that is nothing but braces can grow beyond 64 MiB by that, and is left as it is."
    ),
    Rule(
      "line-too-long", .syntax, .error, "A line is longer than keepalived reads",
      "keepalived reads lines of up to 1,023 bytes and takes the rest for another line. martlet reads up to 65,536 bytes; what is longer is an error."
    ),
    Rule(
      "nul-byte", .syntax, .error, "A line holds a NUL byte",
      "The file is not text, or is saved as UTF-16. Save it as UTF-8."),
    Rule(
      "invalid-utf8", .syntax, .note, "A line holds bytes that are not UTF-8",
      "The file is saved in an old encoding, as GBK or Latin-1. keepalived takes the bytes as they are, and so does martlet: scripts, FIFOs and passwords get them unchanged. Logs, the status and JSON are UTF-8 and show a replacement character for each. A file whose name holds such bytes is not found. martlet fmt leaves such a file alone. In comments they are not told of."
    ),
    Rule(
      "byte-order-mark", .syntax, .warning, "The file begins with a byte order mark",
      "Some editors put one at the front of a file. martlet leaves it out; keepalived takes it for a part of the first word, which it then does not know."
    ),
    Rule(
      "undefined-definition", .syntax, .warning, "A $NAME is used that is not defined",
      "A definition is a line $NAME=VALUE and must stand before its use. keepalived keeps the name as text, so that an interface is called $IFACE. With ${NAME} it is an error, since the braces would be read as those of a block.",
      .file("vrrp_instance A {\n  interface $IFACE\n}", "$IFACE=eth0\nvrrp_instance A {\n  interface $IFACE\n}")),
    Rule(
      "unreplaced-definition", .syntax, .warning, "A definition stands where it is not replaced",
      "$NAME is replaced only before a blank, a comma, a closing parenthesis or the end of the line; before anything else it stays in the text, in keepalived too. ${NAME} is replaced everywhere.",
      .file(
        "$NET=192.0.2\nvrrp_instance A {\n  virtual_ipaddress {\n    $NET.10/24\n  }\n}",
        "$NET=192.0.2\nvrrp_instance A {\n  virtual_ipaddress {\n    ${NET}.10/24\n  }\n}")),
    Rule(
      "undefined-environment", .syntax, .warning, "${_ENV NAME} names a variable that the environment does not have",
      "Nothing is put in its place. A service has another environment than a shell.",
      .global("router_id a${_ENV NO_SUCH_VARIABLE}", "router_id a"),
      remedy: "set it where the service is started, or write the value here"),
    Rule(
      "definition-loop", .syntax, .error, "A definition refers to itself",
      "keepalived never comes to an end with it. The line is left out.",
      .file("$A=$B\n$B=$A\nglobal_defs {\n  router_id $A\n}", "$A=left\nglobal_defs {\n  router_id $A\n}"),
      remedy: "give one of the definitions another name"),
    Rule(
      "multi-line-definition-inside-line", .syntax, .warning,
      "A definition of several lines is used in the middle of a line", "What has several lines can only end a line.",
      .file(
        "$A= \\\n  router_id left \\\n  vrrp_version 3\nglobal_defs {\n  $A x\n}",
        "$A= \\\n  router_id left \\\n  vrrp_version 3\nglobal_defs {\n  $A\n}"),
      remedy: "use it at the end of a line, or on a line of its own"),
    Rule(
      "sequence-form", .syntax, .warning, "A ~SEQ or ~LST is not written as it must be",
      "A sequence is ~SEQ(NAME, [FIRST, [STEP,]] LAST) and a list ~LST(NAME, VALUE, …), each followed by the line that is repeated.",
      .file("~SEQ(I, x) $A=1", "~SEQ(I, 1, 2) $A=1"),
      remedy: "write ~SEQ(NAME, FIRST, LAST) LINE or ~LST(NAME, VALUE, VALUE) LINE"),
    Rule(
      "sequence-range", .syntax, .warning, "A ~SEQ never comes to its last number",
      "The step is 0 or leads away from the last number, or a hexadecimal sequence has negative numbers.",
      .file("~SEQ(I, 1, -1, 9) $A=1", "~SEQ(I, 1, 1, 9) $A=1"),
      remedy: "write a step that leads from the first number to the last"),
    Rule(
      "random-range", .syntax, .warning, "${_RANDOM} has no range",
      "It takes a least and a greatest number, the first not above the second.",
      .global("router_id a${_RANDOM 9 1}", "router_id a${_RANDOM 1 9}")),
    Rule(
      "expansion-too-large", .syntax, .error, "A configuration is larger than is read",
      "Definitions, sequences and includes may make 1,250,000 lines, 64 MiB and 4,096 files; there may be 200,000 blocks, as many entries in all of them, and two million words in one. So no file can take a host's memory. Reading ends there.",
      remedy: "use smaller sequences, or several files"),
    Rule(
      "include-missing", .syntax, .error, "An include finds no file",
      "include and includer go on without it; includem, includew, includeb and includea are the strict forms, and an error here.",
      .file("include /no/such/file.conf", "# include /no/such/file.conf")),
    Rule(
      "include-unreadable", .syntax, .error, "An included file cannot be read",
      "It is skipped; with includer and the stricter forms that is an error.",
      remedy: "look at who may read the file, or take the line out"),
    Rule(
      "include-loop", .syntax, .error, "A file includes itself, or files stand too deep in one another",
      "The inner include is left out.", remedy: "take one of the includes out"),
    Rule(
      "include-quotes", .syntax, .warning, "The name after include stands in quotes",
      "The rest of the line is the name, quotes included, so no file is found.",
      .file("include \"/etc/x.conf\"", "# include /etc/x.conf")),
    Rule(
      "include-too-many", .syntax, .error, "Includes look for too much",
      "The braces of one include may stand for 1,000 names, and the patterns of all may go through 100,000 directories and files. Name a directory in the place of a wildcard: conf.d/*.conf.",
      remedy: "use a wildcard instead of braces"),
    Rule(
      "more-findings", .syntax, .note, "There are more findings than are shown",
      "A configuration shows at most 2,000 findings that are not errors, and as many errors."),
    Rule(
      "include-on-condition", .syntax, .note, "An include stands on a line for some hosts",
      "keepalived carries such an include out twice, and then complains of names that stand there twice. martlet reads the file once."
    ),
    Rule(
      "comment-before-backslash", .syntax, .warning,
      "A comment stands before the backslash that continues a definition",
      "keepalived 2.2 drops the comment and goes on with the definition; 2.4 ends the definition at that line. martlet goes on.",
      .file("$A=a \\\nb # second \\\nc", "$A=a \\\nb \\\nc"), remedy: "put the comment on a line outside the definition"
    ),
  ]
}
