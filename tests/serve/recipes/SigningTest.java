import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Runs its tests against `sigvet serve`; a line of JSON for each request, with its "cause", is in the test's output. */
class SigningTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static Process server;
    private static String url;

    @BeforeAll
    static void startSigvet() throws Exception {
        String program = System.getenv().getOrDefault("SIGVET", "sigvet");
        server = new ProcessBuilder(program, "serve", "--demo-keys", "--port", "0", "--log", "json").start();
        BufferedReader log = new BufferedReader(new InputStreamReader(server.getErrorStream(), UTF_8));
        url = log.readLine().replace("listening on ", "");
        Thread reader = new Thread(() -> log.lines().forEach(System.err::println));
        reader.setDaemon(true);
        reader.start();
    }

    @AfterAll
    static void stopSigvet() throws InterruptedException {
        server.destroy();
        server.waitFor();
    }

    @Test
    void whatIsSignedIsAccepted() throws Exception {
        HttpResponse<String> answer = get("/stage/items", SECRET);
        assertEquals("valid", answer.headers().firstValue("x-sigvet-verdict").orElseThrow(), answer.body());
    }

    @Test
    void aSecretWithANewlineIsNamed() throws Exception {
        HttpResponse<String> answer = get("/stage/items", SECRET + "\n");
        assertEquals(403, answer.statusCode());
        assertEquals("secret-whitespace", answer.headers().firstValue("x-sigvet-cause").orElseThrow(), answer.body());
    }

    /** Your own client, with your own signer. */
    private static HttpResponse<String> get(String path, String secret) throws Exception {
        URI uri = URI.create(url + path);
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).format(Instant.now());
        String scope = time.substring(0, 8) + "/us-east-1/execute-api/aws4_request";
        String headers = "host:" + uri.getAuthority() + "\nx-amz-date:" + time + "\n";
        String canonical = "GET\n" + path + "\n\n" + headers + "\nhost;x-amz-date\n" + hash("");
        String toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash(canonical);
        byte[] key = ("AWS4" + secret).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        String credential = "AKIAIOSFODNN7EXAMPLE/" + scope;
        String signature = HexFormat.of().formatHex(hmac(key, toSign));
        String authorization = "AWS4-HMAC-SHA256 Credential=" + credential
                + ", SignedHeaders=host;x-amz-date, Signature=" + signature;
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("x-amz-date", time)
                .header("authorization", authorization)
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String hash(String text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}
