package dev.krait.flink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** One cluster inside the JVM for all tests: jobs come to it over its REST interface, as to any other cluster. */
final class Cluster {
    private static MiniCluster cluster;

    private Cluster() {
    }

    /** The configuration of a client that sends its jobs to the cluster. */
    static synchronized Configuration client() {
        try {
            if (cluster == null) {
                Configuration server = new Configuration();
                server.set(RestOptions.BIND_PORT, "0");
                server.set(RestOptions.BIND_ADDRESS, "localhost");
                server.set(RestOptions.ADDRESS, "localhost");
                cluster = new MiniCluster(new MiniClusterConfiguration.Builder().setConfiguration(server)
                        .setNumTaskManagers(1).setNumSlotsPerTaskManager(8).build());
                cluster.start();
            }
            Configuration client = new Configuration();
            client.set(DeploymentOptions.TARGET, "remote");
            client.set(RestOptions.ADDRESS, "localhost");
            client.set(RestOptions.PORT, cluster.getRestAddress().get().getPort());
            client.set(CoreOptions.DEFAULT_PARALLELISM, 1);
            return client;
        } catch (Exception e) {
            throw new IllegalStateException("The cluster does not start.", e);
        }
    }
}
