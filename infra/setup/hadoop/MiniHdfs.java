import java.io.File;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** A name node and a data node in one process on loopback: `java -cp 'lib/*' MiniHdfs.java FOLDER NAME_PORT HTTP_PORT`. */
public class MiniHdfs {
  public static void main(String[] arguments) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set("dfs.datanode.hostname", "127.0.0.1");
    configuration.set("dfs.namenode.http-bind-host", "127.0.0.1");
    configuration.setInt("dfs.replication", 1);
    configuration.setBoolean("dfs.permissions.enabled", false);
    // A file is complete once its block was reported; by default a writer asks again only after 400 ms.
    configuration.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 5);
    MiniDFSCluster cluster =
        new MiniDFSCluster.Builder(configuration, new File(arguments[0]))
            .numDataNodes(1)
            .nameNodePort(Integer.parseInt(arguments[1]))
            .nameNodeHttpPort(Integer.parseInt(arguments[2]))
            .build();
    cluster.waitActive();
    System.out.println("ready");
    // Whoever started it holds the other end of standard input: when it ends, this ends.
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }
}
