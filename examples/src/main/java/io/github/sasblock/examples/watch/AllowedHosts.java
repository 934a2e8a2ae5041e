package io.github.sasblock.examples.watch;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names under which a server may be asked. An address in digits cannot be made to point
 * elsewhere, so where the server listens to other machines any of these is allowed; a name only if
 * it was told at the start.
 */
final class AllowedHosts {

    private static final Pattern HOST =
            Pattern.compile("(\\[[0-9a-f:.]+\\]|[a-z0-9._-]+)(?::[0-9]{1,5})?");
    private static final Pattern DIGITS =
            Pattern.compile("\\[[0-9a-f:.]+\\]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final String told;
    private final boolean loopbackOnly;

    AllowedHosts(String told, InetAddress address) {
        String name = told.toLowerCase(Locale.ROOT);
        this.told = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
        loopbackOnly = address.isLoopbackAddress();
    }

    /** Returns the host as it stands in an address. */
    String shown() {
        return told;
    }

    /** Tells whether a request with these Host headers is meant for this server. */
    boolean allow(List<String> headers) {
        if (headers == null || headers.size() != 1) {
            return false;
        }
        Matcher matcher = HOST.matcher(headers.get(0).toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return false;
        }
        String host = matcher.group(1);
        return host.equals(told)
                || LOOPBACK.contains(host)
                || !loopbackOnly && DIGITS.matcher(host).matches();
    }
}
