import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Requests a host with both clients of the library, with the machine's default proxy and trust store. */
public class Reach {
    public static void main(String[] words) throws Exception {
        URI uri = URI.create("https://s3.us-east-1.amazonaws.com/bucket/key");
        int older = ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode();
        HttpRequest request = HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build();
        HttpClient client = HttpClient.newBuilder().proxy(java.net.ProxySelector.getDefault()).build();
        int newer = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        System.out.println(older + " " + newer);
    }
}
