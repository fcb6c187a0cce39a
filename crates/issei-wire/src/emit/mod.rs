//! Values to bytes: packets, packet files and export datagrams, as a country of the workshop sends them.
